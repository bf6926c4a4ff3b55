/**
 * Writes in steps of one key each: where the clients of a cluster are with several nodes, because they have no hash
 * tag or are just being moved. Only what steps can do without harm: revoking, last-seen, node state.
 */
import { DbError, isDbError, isTombstone, REVOKED_KEY, stringifyJson } from "@hivemind/db-core/backend";
import type { ClientId, StoredRecord } from "@hivemind/db-core/backend";
import type { Argument, Connection, Reply } from "./connection.ts";
import type { Keyspace } from "./keyspace.ts";
import { recordKeys } from "./record-keys.ts";
import type { Script } from "./script.ts";
import { ADD_MEMBER, CHANGE_FIELD, DROP_FIELD, DROP_MEMBER, SET_INDEX, SET_RECORD } from "./scripts/split.ts";
import type { Writer } from "./writer.ts";

/** Each key is with one node or the other, and is gone after to where it is. */
const FOLLOWING = { follows: true } as const;

/** A record as it is stored, and the tombstone that takes its place. */
export interface Revocation {
  readonly id: ClientId;
  readonly text: string;
  /** `undefined`: it cannot be read. */
  readonly before: StoredRecord | undefined;
  readonly next: string;
}

/** Of one call, with all its attempts: has it begun to revoke? */
export interface Progress {
  hasBegun: boolean;
}

/** Once a revocation has begun, no failure may say that nothing was done. */
export async function orUnconfirmed<T>(progress: Progress, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!progress.hasBegun || !isDbError(error) || error.code === "unconfirmed") throw error;
    throw new DbError("unconfirmed", `${error.message}. The revocation has begun: repeat it`, {
      cause: error.cause,
    });
  }
}

export class Steps {
  readonly #connection: Connection;
  readonly #keys: Keyspace;
  readonly #writer: Writer;

  constructor(connection: Connection, keys: Keyspace, writer: Writer) {
    this.#connection = connection;
    this.#keys = keys;
    this.#writer = writer;
  }

  /**
   * What Python hubs admit by first, then where no Python hub writes, then the record: whoever is killed in between
   * has told nobody that it is done. `false`: the record is another by now. What fails is for `orUnconfirmed`.
   */
  async revoke({ id, text, before, next }: Revocation, progress: Progress): Promise<boolean> {
    const keys = this.#keys;
    const alive = before === undefined || isTombstone(before) ? undefined : before;
    if (alive !== undefined) {
      await this.#writer.run(DROP_FIELD, [keys.accessKeyRecords], [alive.api_key], FOLLOWING);
      progress.hasBegun = true;
    }
    await this.#writer.run(ADD_MEMBER, [keys.revoked], [id], FOLLOWING);
    progress.hasBegun = true;
    const setting = this.#writer.run(SET_RECORD, [keys.client(id)], [text, next, "1"], FOLLOWING);
    if (!isOk(await setting)) return false;
    await this.#tidy(id, alive);
    return true;
  }

  /** The client is revoked: what goes wrong now is no failure of that, and a `verify` finds and mends it. */
  async #tidy(id: ClientId, alive: StoredRecord | undefined): Promise<void> {
    const keys = this.#keys;
    const run = async (script: Script, key: string, args: readonly Argument[]): Promise<void> => {
      try {
        await this.#connection.run(script, [key], args, FOLLOWING);
      } catch (error) {
        if (!isDbError(error)) throw error;
      }
    };
    const tidying: Promise<void>[] = [];
    // A hub that had read the record before can have put its copy back meanwhile.
    if (alive !== undefined) tidying.push(run(DROP_FIELD, keys.accessKeyRecords, [alive.api_key]));
    // Without a hash tag nothing leads to records.
    if (keys.isTagged) {
      const left = alive === undefined ? [] : recordKeys(keys, alive).sets;
      tidying.push(
        ...left.map((set) => run(DROP_MEMBER, set, [id])),
        run(ADD_MEMBER, keys.accessKey(REVOKED_KEY), [id]),
        run(SET_INDEX, keys.index(id), ["", REVOKED_KEY]),
      );
    }
    await Promise.all(tidying);
  }

  /** `false`: the record is another by now. */
  async touch(id: ClientId, text: string, next: StoredRecord): Promise<boolean> {
    const record = this.#keys.client(id);
    const args = [text, stringifyJson(next)];
    if (!isOk(await this.#connection.run(SET_RECORD, [record], args, FOLLOWING))) return false;
    // A hub looks at the record then. Written anew, it could come behind a revocation.
    await this.#connection.run(DROP_FIELD, [this.#keys.accessKeyRecords], [next.api_key], FOLLOWING);
    return true;
  }

  /** `args`: as the script takes them. `false`: the entry is another by now. */
  async changeState(scope: string, args: readonly Argument[]): Promise<boolean> {
    return isOk(await this.#writer.run(CHANGE_FIELD, [this.#keys.state(scope)], args, FOLLOWING));
  }
}

/** How scripts take the change of an entry from what was read; `undefined`: there is none. */
export function entryChange(
  key: string,
  now: string | undefined,
  next: string | undefined,
): readonly Argument[] {
  return [key, now === undefined ? "0" : "1", now ?? "", next === undefined ? "0" : "1", next ?? ""];
}

export function isOk(reply: Reply): boolean {
  return Array.isArray(reply) && reply[0] === "ok";
}
