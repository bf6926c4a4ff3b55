/** JSON values that a node keeps for itself. Read through: another process's change is seen at once. */
import type { Backend } from "../backend/contract.ts";
import { parseJson, stringifyJson, toJson } from "../json.ts";
import type { Json } from "../json.ts";

export interface NodeState {
  get(key: string): Promise<Json | undefined>;
  set(key: string, value: unknown): Promise<void>;
  delete(key: string): Promise<void>;
  list(): Promise<ReadonlyMap<string, Json>>;
  /**
   * Read, change, write in one atomic step; answers the value after it. `change` is synchronous, may run
   * several times, and answers `undefined` to remove the entry.
   */
  update(key: string, change: (now: Json | undefined) => unknown): Promise<Json | undefined>;
}

/** Runs a call against the open backend: the life cycle of the database it belongs to. */
export type WithBackend = <T>(call: (backend: Backend) => Promise<T>) => Promise<T>;

export function nodeState(scope: string, namespace: string, withBackend: WithBackend): NodeState {
  if (scope !== "shared" && !(/^node:./su.test(scope) && scope.isWellFormed())) {
    throw new TypeError(`a state scope is "shared" or "node:<nodeId>", not ${JSON.stringify(scope)}`);
  }
  if (!/^[\w.-]+$/.test(namespace)) {
    throw new TypeError(
      `a state namespace is made of letters, digits, "_", "-" and ".": ${JSON.stringify(namespace)}`,
    );
  }
  const prefix = `${namespace}/`;
  const fullKey = (key: string): string => {
    if (key === "" || !key.isWellFormed())
      throw new TypeError("a state key is a well-formed, non-empty string");
    return prefix + key;
  };
  const update: NodeState["update"] = (key, change) =>
    withBackend(async (backend) => {
      const text = await backend.state.update(scope, fullKey(key), (now) => {
        const next = change(now === undefined ? undefined : parseJson(now));
        return next === undefined ? undefined : stringifyJson(toJson(next, key));
      });
      return text === undefined ? undefined : parseJson(text);
    });

  return {
    update,
    get: (key) =>
      withBackend(async (backend) => {
        const text = await backend.state.get(scope, fullKey(key));
        return text === undefined ? undefined : parseJson(text);
      }),
    set: async (key, value) => {
      const json = toJson(value, key);
      await update(key, () => json);
    },
    delete: async (key) => {
      await update(key, () => undefined);
    },
    list: () =>
      withBackend(async (backend) => {
        const texts = [...(await backend.state.list(scope))].filter(([key]) => key.startsWith(prefix));
        return new Map(texts.map(([key, text]) => [key.slice(prefix.length), parseJson(text)]));
      }),
  };
}
