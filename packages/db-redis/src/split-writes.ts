/**
 * Writing where the keys have no hash tag and are all over a cluster: each step is of one key. So only what can be
 * done in steps without harm is done at all: revoking, last-seen, node state. Everything else wants the store
 * converted.
 */
import {
  applyChange,
  DbError,
  isTombstone,
  sameJson,
  stringifyJson,
  touched,
  unreadableError,
} from "@hivemind/db-core/backend";
import type { ClientId, Finding, RecordChange, StateStore, StoredRecord } from "@hivemind/db-core/backend";
import { attempts } from "./attempts.ts";
import { claimedId } from "./claimed-id.ts";
import type { Connection } from "./connection.ts";
import { finding } from "./finding.ts";
import { keyPages } from "./key-pages.ts";
import type { Keyspace } from "./keyspace.ts";
import { claimedRecord } from "./read-record.ts";
import type { RedisStore } from "./redis-backend.ts";
import { DROP_FIELD } from "./scripts/split.ts";
import { entryChange, isOk, orUnconfirmed } from "./steps.ts";
import type { Progress, Steps } from "./steps.ts";
import type { Writer } from "./writer.ts";

const AT_ONCE = 100;

/** Without a hash tag in a cluster. */
export function isSplit(connection: Connection, keys: Keyspace): boolean {
  return connection.topology === "cluster" && !keys.isTagged;
}

export class SplitWrites {
  readonly #store: RedisStore;
  readonly #writer: Writer;
  readonly #steps: Steps;

  constructor(store: RedisStore, writer: Writer, steps: Steps) {
    this.#store = store;
    this.#writer = writer;
    this.#steps = steps;
  }

  refuse(what: string): DbError {
    const { connection, keys } = this.#store;
    return new DbError(
      "unsupported",
      `the clients under ${keys.prefix} in redis at ${connection.location} have no hash tag, so a cluster cannot ${what} in one step: convert the store with \`hivemind-db convert\`, then set cluster_hash_tag. Revoking works`,
    );
  }

  async update(id: ClientId, change: RecordChange): Promise<StoredRecord | undefined> {
    const progress: Progress = { hasBegun: false };
    return orUnconfirmed(progress, () => this.#update(id, change, progress));
  }

  #update(id: ClientId, change: RecordChange, progress: Progress): Promise<StoredRecord | undefined> {
    const { reader, connection } = this.#store;
    return attempts(async () => {
      const found = (await reader.read([String(id)])).get(String(id));
      if (found === undefined) return undefined;
      const { text, entry, resurrected } = found;
      if (entry.record === undefined) throw unreadableError(entry);
      const changed = applyChange(entry.record, change);
      const next = changed ?? entry.record;
      const isSame = sameJson(next, entry.record);
      if (!isTombstone(next)) {
        if (isSame) return next;
        throw this.refuse("change a client");
      }
      // Already revoked, and nothing to change: as surely as it was asked for.
      const isDone = isSame && !resurrected && !this.#writer.confirms;
      const before = resurrected ? claimedRecord(id, text) : entry.record;
      const revocation = {
        id,
        text,
        before,
        next: isSame && !resurrected ? text : stringifyJson(next),
      };
      return isDone || (await this.#steps.revoke(revocation, progress)) ? next : "again";
    }, connection.location);
  }

  async touch(seen: ReadonlyMap<ClientId, number>): Promise<void> {
    const { connection, reader } = this.#store;
    const all = [...seen];
    for (let start = 0; start < all.length; start += AT_ONCE) {
      let left = new Map(all.slice(start, start + AT_ONCE));
      await attempts(async () => {
        const again = new Map<ClientId, number>();
        const found = await reader.read([...left.keys()].map(String));
        const touches = [...found].map(async ([name, { text, entry, revoked }]) => {
          const id = Number(name);
          const seconds = left.get(id) ?? -1;
          const next = entry.record && !revoked ? touched(entry.record, seconds) : undefined;
          if (next === undefined) return;
          if (!(await this.#steps.touch(id, text, next))) again.set(id, seconds);
        });
        await Promise.all(touches);
        left = again;
        return left.size === 0 ? undefined : "again";
      }, connection.location);
    }
  }

  /** Of one hash each, so it is changed in one step. `state`: how it is read, which is where the store is asked for. */
  async changeState(
    state: StateStore,
    ...[scope, key, change]: Parameters<StateStore["update"]>
  ): Promise<string | undefined> {
    const outcome = await attempts(async () => {
      const now = await state.get(scope, key);
      const next = change(now);
      if (next === now && !this.#writer.confirms) return { next };
      const args = entryChange(key, now, next);
      return (await this.#steps.changeState(scope, args)) ? { next } : "again";
    }, this.#store.connection.location);
    return outcome.next;
  }

  /** What can be wrong here: whom Python hubs admit who is revoked, or has another key. */
  async *verify(repair: boolean): AsyncGenerator<Finding> {
    const { connection, identity, keys, reader } = this.#store;
    await identity.look();
    yield finding("no-hash-tag", "warning", this.refuse("change it").message, [], undefined);
    const names = await reader.names();
    for (let start = 0; start < names.length; start += AT_ONCE) {
      for (const [, { entry, resurrected }] of await reader.read(names.slice(start, start + AT_ONCE))) {
        if (!resurrected || entry.record === undefined) continue;
        const { record } = entry;
        if (repair) await this.update(record.client_id, () => undefined);
        const message = `Client ${record.client_id} was revoked, and another program has written it back; Python hubs admit it. A repair revokes it there too.`;
        yield finding("resurrected-client", "error", message, [record.client_id], repair);
      }
    }
    const told = new Set<string>();
    for await (const entries of keyPages(connection, "hscan", keys.accessKeyRecords, AT_ONCE)) {
      for (let i = 0; i < entries.length; i += 2) {
        const [field, copy] = [String(entries[i]), String(entries[i + 1])];
        if (told.has(field)) continue;
        for await (const dead of this.#audit(field, copy, repair)) {
          told.add(field);
          yield dead;
        }
      }
    }
  }

  async *#audit(field: string, copy: string, repair: boolean): AsyncGenerator<Finding> {
    const { connection, keys, reader } = this.#store;
    const id = claimedId(copy);
    const found = id === undefined ? undefined : (await reader.read([String(id)])).get(String(id));
    // What cannot be read may be meant by this entry.
    if (found !== undefined && (found.entry.record === undefined || found.entry.record.api_key === field))
      return;
    const isMended =
      repair &&
      isOk(await connection.run(DROP_FIELD, [keys.accessKeyRecords], [field, copy], { follows: true }));
    const message = `api_key_records has an access key that client ${id ?? "(no id)"} does not have any more: Python hubs still admit it. A repair removes it.`;
    yield finding("dead-key-record", "error", message, [id], isMended);
  }
}
