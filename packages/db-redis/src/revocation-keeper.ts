/**
 * Revocations by Python hubs, recorded where no Python hub writes, before another hub's stale copy of the
 * record comes back; and where one has come back, the client is revoked anew.
 */
import { isDbError, isTombstone } from "@hivemind/db-core/backend";
import { REVOKED_KEY } from "@hivemind/db-core/backend";
import type { OnNotice } from "@hivemind/db-core/backend";
import type { Connection, Reply } from "./connection.ts";
import type { Keyspace } from "./keyspace.ts";
import { claimedRecord } from "./read-record.ts";
import type { RecordReader } from "./record-reader.ts";
import { KEEP, UNKEPT } from "./scripts/revocations.ts";
import type { StoreIdentity } from "./store-identity.ts";
import type { Updater } from "./updater.ts";

export interface KeeperParts {
  readonly connection: Connection;
  readonly keys: Keyspace;
  readonly identity: StoreIdentity;
  readonly reader: RecordReader;
  readonly updater: Updater;
  readonly onNotice: OnNotice;
}

const AT_ONCE = 500;

export class RevocationKeeper {
  readonly #parts: KeeperParts;
  #hasFailed = false;
  #isClosed = false;

  constructor(parts: KeeperParts) {
    this.#parts = parts;
  }

  /** Nothing is said any more of what fails from now on. */
  close(): void {
    this.#isClosed = true;
  }

  /** Whoever is revoked, and nobody of ours has seen it. */
  async keepAll(): Promise<void> {
    const { connection, keys, reader } = this.#parts;
    await this.#guarded([], async () => {
      for await (const dead of reader.members(keys.accessKey(REVOKED_KEY))) {
        await this.#keep(
          (await connection.run(UNKEPT, [keys.revoked], dead, { follows: true })) as readonly string[],
        );
      }
    });
  }

  /** Those of them that are revoked. `prepare` comes before a write. */
  async keep(ids: readonly number[], prepare: () => Promise<void>): Promise<void> {
    await this.#guarded(ids, () => this.#keep(ids.map(String), prepare));
  }

  async #keep(names: readonly string[], prepare?: () => Promise<void>): Promise<void> {
    const { connection, identity, keys, reader, updater } = this.#parts;
    for (let start = 0; start < names.length; start += AT_ONCE) {
      const read = [...(await reader.read(names.slice(start, start + AT_ONCE)))];
      const dead = read.flatMap(([, { text, entry, revoked }]) =>
        entry.record !== undefined && isTombstone(entry.record) && !revoked ? [{ id: entry.id, text }] : [],
      );
      const back = read.flatMap(([, { text, entry, resurrected }]) =>
        resurrected && entry.record !== undefined ? [{ id: entry.id, text, next: entry.record }] : [],
      );
      if (dead.length + back.length === 0) continue;
      await prepare?.();
      if (dead.length > 0) {
        const reply = (await connection.run(
          KEEP,
          [...identity.keys, keys.revoked, ...dead.flatMap(({ id }) => [keys.client(id), keys.index(id)])],
          [...identity.args, ...dead.flatMap(({ id, text }) => [id, text])],
        )) as readonly Reply[];
        if (!identity.seeRefusal(reply) && reply[1] !== "") identity.written(reply);
      }
      // `false`: somebody else was faster, and whoever watches hears of that too.
      for (const { id, text, next } of back)
        await updater.replace({ id, text, before: claimedRecord(id, text), next });
    }
  }

  /** It comes on top of what was asked for, so its failure is no failure of that. Said once, until it works. */
  async #guarded(clientIds: readonly number[], work: () => Promise<void>): Promise<void> {
    try {
      await work();
      this.#hasFailed = false;
    } catch (error) {
      if (!isDbError(error)) throw error;
      if (this.#hasFailed || this.#isClosed) return;
      this.#hasFailed = true;
      this.#parts.onNotice({
        code: "fallback",
        message: `a revocation by another program could not be recorded, so a stale copy might undo it: ${error.message}`,
        clientIds,
      });
    }
  }
}
