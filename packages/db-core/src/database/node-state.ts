/** JSON values that a node keeps for itself. Read through: another process's change is seen at once. */
import type { Backend } from "../backend/contract.ts";
import { parseJson, stringifyJson, toJson } from "../json.ts";
import type { Json } from "../json.ts";
import { stateBinding } from "../sealing/binding.ts";
import { Keyring } from "../sealing/keyring.ts";
import { Sealing } from "../sealing/sealing.ts";
import { entrySlot, entryText, isSecretEntry, openEntry } from "../sealing/secret-state.ts";

/** A `TypeError` where `get`, `set` or `update` meets a secret entry: those have calls of their own. */
export interface NodeState {
  get(key: string): Promise<Json | undefined>;
  set(key: string, value: unknown): Promise<void>;
  /** Secret or not. */
  delete(key: string): Promise<void>;
  /** Without the secret entries. */
  list(): Promise<ReadonlyMap<string, Json>>;
  /**
   * Read, change, write in one atomic step; answers the value after it. `change` is synchronous, may run
   * several times, and answers `undefined` to remove the entry.
   */
  update(key: string, change: (now: Json | undefined) => unknown): Promise<Json | undefined>;

  /**
   * A secret entry, such as a private key: sealed at rest where a key is configured, and shown by no other
   * call. `no-key`, `wrong-key` or `corrupt` where it does not open.
   */
  getSecret(key: string): Promise<Json | undefined>;
  setSecret(key: string, value: unknown): Promise<void>;
  /** As `update`. Makes a secret entry of one that is none yet. */
  updateSecret(key: string, change: (now: Json | undefined) => unknown): Promise<Json | undefined>;
}

/** Runs a call against the open backend: the life cycle of the database it belongs to. */
export type WithBackend = <T>(call: (backend: Backend) => Promise<T>) => Promise<T>;

export function nodeState(
  scope: string,
  namespace: string,
  withBackend: WithBackend,
  sealing: Sealing = new Sealing(new Keyring(undefined)),
): NodeState {
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
        const next = change(parseEntry(now, key));
        return next === undefined ? undefined : stringifyJson(toJson(next, key));
      });
      return text === undefined ? undefined : parseJson(text);
    });
  const updateSecret: NodeState["updateSecret"] = (key, change) =>
    withBackend(async (backend) => {
      const place = fullKey(key);
      const binding = stateBinding(scope, place);
      const text = await sealing.write(backend, (sealer) =>
        backend.state.update(scope, place, (now) => {
          const slot = entrySlot(now);
          const next = change(openEntry(slot, sealing.keyring, binding));
          return next === undefined ? undefined : entryText(sealer.put(slot, toJson(next, key), binding));
        }),
      );
      return openEntry(entrySlot(text), sealing.keyring, binding);
    });

  return {
    update,
    updateSecret,
    get: (key) =>
      withBackend(async (backend) => parseEntry(await backend.state.get(scope, fullKey(key)), key)),
    getSecret: (key) =>
      withBackend(async (backend) => {
        const place = fullKey(key);
        const text = await backend.state.get(scope, place);
        return openEntry(entrySlot(text), sealing.keyring, stateBinding(scope, place));
      }),
    set: async (key, value) => {
      const json = toJson(value, key);
      await update(key, () => json);
    },
    setSecret: async (key, value) => {
      const json = toJson(value, key);
      await withBackend(async (backend) => {
        const place = fullKey(key);
        await sealing.writeSecrets(backend, (sealer) =>
          backend.state.update(scope, place, (now) =>
            entryText(sealer.put(entrySlot(now), json, stateBinding(scope, place))),
          ),
        );
      });
    },
    delete: (key) =>
      withBackend(async (backend) => {
        await backend.state.update(scope, fullKey(key), () => undefined);
      }),
    list: () =>
      withBackend(async (backend) => {
        const texts = [...(await backend.state.list(scope))].filter(
          ([key, text]) => key.startsWith(prefix) && !isSecretEntry(text),
        );
        return new Map(texts.map(([key, text]) => [key.slice(prefix.length), parseJson(text)]));
      }),
  };
}

function parseEntry(text: string | undefined, key: string): Json | undefined {
  if (isSecretEntry(text)) {
    throw new TypeError(
      `the state entry ${JSON.stringify(key)} is secret: use getSecret, setSecret, updateSecret`,
    );
  }
  return text === undefined ? undefined : parseJson(text);
}
