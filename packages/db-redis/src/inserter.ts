/** New records: one script makes all of a batch, or says why not. */
import { DbError } from "@hivemind/db-core/backend";
import type { ClientId, RecordDraft, StoredRecord } from "@hivemind/db-core/backend";
import { attempts } from "./attempts.ts";
import { refuseClashes } from "./clashes.ts";
import { HighestId } from "./highest-id.ts";
import type { Knowledge } from "./insert-call.ts";
import { InsertQueue } from "./insert-queue.ts";
import type { Keyspace } from "./keyspace.ts";
import { recordKeys } from "./record-keys.ts";
import type { RecordReader } from "./record-reader.ts";
import type { StoreIdentity } from "./store-identity.ts";
import type { Writer } from "./writer.ts";

export class Inserter {
  readonly #location: string;
  readonly #keys: Keyspace;
  readonly #identity: StoreIdentity;
  readonly #reader: RecordReader;
  readonly #highest: HighestId;
  readonly #queue: InsertQueue;

  constructor(
    writer: Writer,
    location: string,
    keys: Keyspace,
    identity: StoreIdentity,
    reader: RecordReader,
  ) {
    this.#location = location;
    this.#keys = keys;
    this.#identity = identity;
    this.#reader = reader;
    this.#highest = new HighestId(reader);
    this.#queue = new InsertQueue(writer, keys, identity, this.#highest);
  }

  async insert(drafts: readonly RecordDraft[], token: string): Promise<readonly StoredRecord[]> {
    const known: Knowledge = { scan: undefined, scans: 0, harmless: new Map() };
    return attempts(() => this.#attempt(drafts, token, known), this.#location);
  }

  async #attempt(
    drafts: readonly RecordDraft[],
    token: string,
    known: Knowledge,
  ): Promise<readonly StoredRecord[] | "again" | "at once"> {
    const { outcome, records, highest, epoch } = await this.#queue.send(drafts, token, known);
    if (this.#identity.seeRefusal(outcome)) {
      this.#highest.correct(highest, epoch);
      return "again";
    }
    switch (outcome[0]) {
      case "ok":
        return records;
      case "made":
        this.#highest.correct(highest, epoch);
        return this.#made(String(outcome[1]));
      case "ids":
        this.#highest.correct(Number(outcome[1]), epoch);
        return "at once";
      case "scan":
        known.scan = await this.#highest.scan(String(outcome[1]));
        known.scans += 1;
        this.#highest.correct(known.scan.highest, epoch);
        return "again";
      case "taken": {
        const taken = Number(outcome[1]);
        if (drafts.some(({ id }) => id === taken)) {
          this.#highest.correct(highest, epoch);
          throw idTaken(taken);
        }
        // Nobody asked for this id: it is just being created by a hub, or known to be revoked.
        const scan = await this.#highest.scan(String(outcome[2]));
        known.scan = { ...scan, highest: Math.max(scan.highest, taken) };
        known.scans += 1;
        this.#highest.correct(known.scan.highest, epoch);
        return "again";
      }
      default:
        this.#highest.correct(highest, epoch);
        refuseClashes(outcome, uniqueSets(this.#keys, records), known.harmless);
        return "again";
    }
  }

  /** What this token made: as it is now. */
  async #made(ids: string): Promise<readonly StoredRecord[]> {
    const found = await this.#reader.get(ids.split(",").map(Number));
    return [...found.values()].flatMap(({ record }) => (record === undefined ? [] : [record]));
  }
}

function idTaken(id: ClientId): DbError {
  return new DbError("duplicate-key", `the client id ${id} is taken`, { clientIds: [id] });
}

function uniqueSets(keys: Keyspace, records: readonly StoredRecord[]) {
  return records.flatMap((record) => recordKeys(keys, record).uniqueSets);
}
