/** Adding, finding, changing and revoking clients: what they mean, over the records of any backend. */
import { randomUUID } from "node:crypto";
import type { RecordDraft } from "../backend/contract.ts";
import { isTombstone, tombstone } from "../backend/record.ts";
import { unreadableError } from "../backend/unreadable.ts";
import type { Client, ClientChange, ClientDraft, ClientId, ClientSecrets } from "../client.ts";
import { DbError, isDbError, withDetails } from "../errors.ts";
import { sameJson } from "../json.ts";
import type { Sealer } from "../sealing/sealer.ts";
import type { Sealing } from "../sealing/sealing.ts";
import type { BadRecordNotices } from "./bad-record-notices.ts";
import type { AddedClient, WriteOptions } from "./client-database.ts";
import { known } from "../cache/known.ts";
import { newRecord, toClient, toSecrets, withFields } from "./client-codec.ts";
import { randomCredential } from "./credentials.ts";
import { iterateOpen } from "./iterate-open.ts";
import type { BackendLifecycle } from "./lifecycle.ts";
import { validId } from "./valid-id.ts";
import { validFields } from "./validate.ts";

/** One atomic step writes all of a batch; a larger one would hold everybody else up for too long. */
const MAX_BATCH = 1000;

export class Clients {
  readonly #lifecycle: BackendLifecycle;
  readonly #badRecords: BadRecordNotices;
  readonly #sealing: Sealing;

  constructor(lifecycle: BackendLifecycle, badRecords: BadRecordNotices, sealing: Sealing) {
    this.#lifecycle = lifecycle;
    this.#badRecords = badRecords;
    this.#sealing = sealing;
  }

  async add(drafts: readonly ClientDraft[], options: WriteOptions): Promise<readonly AddedClient[]> {
    if (drafts.length > MAX_BATCH) throw new DbError("invalid", `a batch holds at most ${MAX_BATCH} clients`);
    const token = options.token ?? randomUUID();
    const makers = drafts.map(recordMaker);
    return this.#lifecycle.use(async (backend) => {
      if (drafts.length === 0) return [];
      try {
        const records = await this.#sealing.writeSecrets(backend, (sealer) =>
          backend.insert(
            makers.map((maker) => maker(sealer)),
            token,
          ),
        );
        const { keyring } = this.#sealing;
        return records.map((record) => ({ client: toClient(record), secrets: toSecrets(record, keyring) }));
      } catch (error) {
        throw withToken(error, token);
      }
    });
  }

  get(id: ClientId): Promise<Client | undefined> {
    return this.#read(id, (record) => known(record).client);
  }

  secrets(id: ClientId): Promise<ClientSecrets | undefined> {
    const { keyring } = this.#sealing;
    return this.#read(id, (record) => (isTombstone(record) ? undefined : toSecrets(record, keyring)));
  }

  #read<T>(id: ClientId, decode: (record: Parameters<typeof toClient>[0]) => T): Promise<T | undefined> {
    return this.#lifecycle.use(async (backend) => {
      const entry = (await backend.get([validId(id)])).get(id);
      if (entry === undefined) return undefined;
      if (entry.record === undefined) throw unreadableError(entry);
      return decode(entry.record);
    });
  }

  findByName(name: string): Promise<readonly Client[]> {
    return this.#lifecycle.use(async (backend) => {
      if (typeof name !== "string") throw new TypeError("a name is a string");
      // A lone surrogate cannot be stored, and some drivers would look for U+FFFD in its place.
      if (!name.isWellFormed()) return [];
      const entries = (await backend.find("name", [name])).get(name) ?? [];
      this.#badRecords.report(entries);
      return entries.flatMap(({ record }) => (record === undefined ? [] : [known(record).client]));
    });
  }

  async *list(): AsyncGenerator<Client> {
    for await (const page of iterateOpen(this.#lifecycle, (backend) => backend.list())) {
      this.#badRecords.report(page);
      for (const { record } of page) if (record !== undefined) yield toClient(record);
    }
  }

  async update(id: ClientId, change: ClientChange | ((now: Client) => ClientChange)): Promise<Client> {
    const fixed = typeof change === "function" ? undefined : validFields(change);
    return this.#lifecycle.use(async (backend) => {
      const record = await this.#sealing.write(backend, (sealer) =>
        backend.update(validId(id), (now) => {
          if (isTombstone(now)) throw noSuchClient(id, "is revoked, which is final");
          const next = withFields(
            now,
            fixed ?? validFields((change as (now: Client) => ClientChange)(toClient(now))),
            sealer,
          );
          return sameJson(next, now) ? undefined : next;
        }),
      );
      if (record === undefined) throw noSuchClient(id, "does not exist");
      return toClient(record);
    });
  }

  async revoke(id: ClientId): Promise<Client> {
    return this.#lifecycle.use(async (backend) => {
      const record = await backend.update(validId(id), (now) =>
        isTombstone(now) ? undefined : tombstone(id),
      );
      if (record === undefined) throw noSuchClient(id, "does not exist");
      return toClient(record);
    });
  }
}

function recordMaker({ id, ...draft }: ClientDraft): (sealer: Sealer) => RecordDraft {
  const given = validFields(draft);
  const { accessKey = randomCredential(), password = randomCredential() } = given;
  const fields = { ...given, accessKey, password };
  if (id !== undefined && validId(id) < 1)
    throw new DbError("invalid", "a client id is a whole number from 1");
  return (sealer) => ({
    ...(id === undefined ? {} : { id }),
    make: (newId) => newRecord(newId, fields, sealer),
  });
}

function noSuchClient(id: ClientId, what: string): DbError {
  return new DbError("no-such-client", `client ${id} ${what}`, { clientIds: [id] });
}

/** Whoever gets `unconfirmed` needs the token to repeat the call. */
function withToken(error: unknown, token: string): unknown {
  if (!isDbError(error) || error.code !== "unconfirmed" || error.token !== undefined) return error;
  return withDetails(error, { token });
}
