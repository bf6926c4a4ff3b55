/** What a node remembers for itself: a hash for each scope. */
import type { StateStore } from "@hivemind/db-core/backend";
import { attempts } from "./attempts.ts";
import type { Connection, Reply, Sent } from "./connection.ts";
import type { Keyspace } from "./keyspace.ts";
import { orInSteps } from "./or-in-steps.ts";
import type { RecordReader } from "./record-reader.ts";
import { CHANGE_STATE } from "./scripts/store.ts";
import { entryChange } from "./steps.ts";
import type { Steps } from "./steps.ts";
import type { StoreIdentity } from "./store-identity.ts";
import type { Writer } from "./writer.ts";

export interface StateParts {
  readonly connection: Connection;
  readonly keys: Keyspace;
  readonly identity: StoreIdentity;
  readonly reader: RecordReader;
  readonly writer: Writer;
  readonly steps: Steps;
}

/** `prepare` runs before the first write: state makes the store too. */
export function redisState(
  { connection, keys, identity, reader, writer, steps }: StateParts,
  prepare: () => Promise<void>,
): StateStore {
  const get = async (scope: string, key: string): Promise<string | undefined> => {
    // Looked at also where there is nothing: an emptied server must not look like a node without a memory.
    const [text] = await Promise.all([connection.read("hget", keys.state(scope), key), identity.look()]);
    return typeof text === "string" ? text : undefined;
  };
  return {
    get,
    list: async (scope) => {
      // The driver makes an object of this reply.
      const [entries] = await Promise.all([connection.read("hgetall", keys.state(scope)), identity.look()]);
      return new Map(Object.entries(entries as unknown as Readonly<Record<string, string>>));
    },
    scopes: async () => {
      const scopes = new Set<string>();
      for await (const name of reader.scan(keys.pattern("hivemind:state"))) {
        const scope = keys.member("hivemind:state", name);
        if (scope !== undefined) scopes.add(scope);
      }
      await identity.look();
      return [...scopes];
    },
    update: async (scope, key, change) => {
      await prepare();
      const outcome = await attempts(async () => {
        const now = await get(scope, key);
        const next = change(now);
        if (next === now) return (await writer.confirm(keys.state(scope), now, key)) ? { next } : "again";
        const args = entryChange(key, now, next);
        const whole = (sent: Sent) =>
          writer.run(
            CHANGE_STATE,
            [...identity.keys, keys.state(scope)],
            [...identity.args, ...args],
            sent,
          ) as Promise<readonly Reply[]>;
        const { storeId } = identity;
        const inSteps = async (): Promise<readonly Reply[]> =>
          (await steps.changeState(scope, args)) ? ["ok", storeId ?? ""] : ["changed"];
        // The first write of a store gives it its id, and that is not done in steps.
        const reply = await (storeId === undefined ? whole({}) : orInSteps("writes", whole, inSteps));
        if (identity.seeRefusal(reply) || reply[0] === "changed") return "again";
        identity.written(reply);
        return { next };
      }, connection.location);
      return outcome.next;
    },
  };
}
