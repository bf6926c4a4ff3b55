/** New records: one script makes all of a batch, or says why not. */
import { DbError, draftRecords, isDbError, isTombstone, stringifyJson } from "@hivemind/db-core/backend";
import type { ClientId, RecordDraft, RecordView, StoredRecord } from "@hivemind/db-core/backend";
import { attempts } from "./attempts.ts";
import { refuseClashes } from "./clashes.ts";
import type { Argument, Reply } from "./connection.ts";
import { scanArguments } from "./highest-id.ts";
import type { HighestId, Scan } from "./highest-id.ts";
import type { Keyspace } from "./keyspace.ts";
import { recordKeys } from "./record-keys.ts";
import type { RecordReader } from "./record-reader.ts";
import { inSchema } from "./schema-form.ts";
import { INSERT } from "./scripts/insert.ts";
import type { StoreIdentity } from "./store-identity.ts";
import type { Writer } from "./writer.ts";

/**
 * So many scans that others have added during; then what they found is good enough, since no id is taken
 * twice.
 */
const SCANS = 3;

/** What one insert has learnt from the answers so far. */
interface Knowledge {
  scan: Scan | undefined;
  scans: number;
  harmless: readonly Argument[];
}

export class Inserter {
  readonly #writer: Writer;
  readonly #location: string;
  readonly #keys: Keyspace;
  readonly #identity: StoreIdentity;
  readonly #reader: RecordReader;
  readonly #highest: HighestId;

  constructor(
    writer: Writer,
    location: string,
    keys: Keyspace,
    identity: StoreIdentity,
    reader: RecordReader,
    highest: HighestId,
  ) {
    this.#writer = writer;
    this.#location = location;
    this.#keys = keys;
    this.#identity = identity;
    this.#reader = reader;
    this.#highest = highest;
  }

  async insert(drafts: readonly RecordDraft[], token: string): Promise<readonly StoredRecord[]> {
    const known: Knowledge = { scan: undefined, scans: 0, harmless: [] };
    return attempts(() => this.#attempt(drafts, token, known), this.#location);
  }

  async #attempt(
    drafts: readonly RecordDraft[],
    token: string,
    known: Knowledge,
  ): Promise<readonly StoredRecord[] | "again"> {
    const { id: highest, epoch } = this.#highest;
    const records = draftRecords(above(highest), drafts).map((record) =>
      inSchema(this.#identity.schema, record),
    );
    this.#highest.sent(Math.max(...records.map(({ client_id }) => client_id)));
    const isAllocated = drafts.some(({ id }) => id === undefined);
    const { keys, args } = this.#call(records, token, isAllocated ? highest : undefined, known);
    const reply = (await this.#run(keys, args, token)) as readonly Reply[];
    if (this.#identity.seeRefusal(reply)) {
      this.#highest.correct(highest, epoch);
      return "again";
    }
    switch (reply[0]) {
      case "ok":
        this.#identity.written(reply);
        return records;
      case "made":
        this.#highest.correct(highest, epoch);
        return this.#made(String(reply[1]));
      case "ids":
        this.#highest.correct(Number(reply[1]), epoch);
        return "again";
      case "scan":
        known.scan = await this.#highest.scan(String(reply[1]));
        known.scans += 1;
        this.#highest.correct(known.scan.highest, epoch);
        return "again";
      case "taken": {
        const taken = Number(reply[1]);
        if (drafts.some(({ id }) => id === taken)) {
          this.#highest.correct(highest, epoch);
          throw idTaken(taken);
        }
        // Nobody asked for this id: it is just being created by a hub, or known to be revoked.
        const scan = await this.#highest.scan(String(reply[2]));
        known.scan = { ...scan, highest: Math.max(scan.highest, taken) };
        known.scans += 1;
        this.#highest.correct(known.scan.highest, epoch);
        return "again";
      }
      default:
        this.#highest.correct(highest, epoch);
        known.harmless = refuseClashes(reply, uniqueSets(this.#keys, records));
        return "again";
    }
  }

  async #run(keys: readonly string[], args: readonly Argument[], token: string): Promise<Reply> {
    try {
      return await this.#writer.run(INSERT, keys, args);
    } catch (error) {
      if (!isDbError(error) || error.code !== "unconfirmed") throw error;
      throw new DbError("unconfirmed", error.message, { cause: error.cause, token });
    }
  }

  #call(records: readonly StoredRecord[], token: string, highest: ClientId | undefined, known: Knowledge) {
    const unique = uniqueSets(this.#keys, records);
    const perRecord = records.map((record) => ({ record, own: recordKeys(this.#keys, record) }));
    const keys = [
      ...this.#identity.keys,
      this.#keys.count,
      this.#keys.idSequence,
      this.#keys.revoked,
      this.#keys.accessKeyRecords,
      this.#keys.token(token),
      ...unique.map(({ key }) => key),
      ...perRecord.flatMap(({ record: { client_id: id }, own }) => [
        this.#keys.client(id),
        this.#keys.index(id),
        own.nameSet,
        own.accessKeySet,
        ...own.fingerprintSets,
      ]),
    ];
    const args = [
      ...this.#identity.args,
      this.#keys.client(""),
      ...scanArguments(known.scan),
      highest ?? "",
      unique.length,
      records.length,
      records.map(({ client_id }) => client_id).join(","),
      known.scans >= SCANS ? "1" : "",
      ...perRecord.flatMap(({ record, own }) => [
        record.client_id,
        stringifyJson(record),
        record.api_key,
        own.name,
        isTombstone(record) ? "1" : "",
        own.fingerprintSets.length,
      ]),
      ...known.harmless,
    ];
    return { keys, args };
  }

  /** What this token made: as it is now. */
  async #made(ids: string): Promise<readonly StoredRecord[]> {
    const found = await this.#reader.get(ids.split(",").map(Number));
    return [...found.values()].flatMap(({ record }) => (record === undefined ? [] : [record]));
  }
}

/** All that is known here of what is stored; the script knows the rest, and says so. */
function above(highestId: ClientId): RecordView {
  return { highestId, has: () => false, get: () => undefined, find: () => [] };
}

function idTaken(id: ClientId): DbError {
  return new DbError("duplicate-key", `the client id ${id} is taken`, { clientIds: [id] });
}

function uniqueSets(keys: Keyspace, records: readonly StoredRecord[]) {
  return records.flatMap((record) => recordKeys(keys, record).uniqueSets);
}
