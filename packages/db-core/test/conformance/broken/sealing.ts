/** Faults that leave a secret readable, or unreadable, in a sealed store. */
import type { StoredRecord } from "../../../src/backend/contract.ts";
import { isJsonObject, stringifyJson } from "../../../src/json.ts";
import type { Json } from "../../../src/json.ts";
import { broken } from "./broken-store.ts";

export const SEALING = [
  broken(
    "keeps what a change has replaced",
    (memory, store) => ({
      update: (id, change) =>
        memory.update(id, (now) => {
          const history = store.state.get("history") ?? new Map<string, string>();
          store.state.set("history", history.set(String(id), stringifyJson(now)));
          return change(now);
        }),
    }),
    "sealing > a password that a Python hub set wins, and is sealed with the next write",
    "rekeying > a rekey brings a store that was not sealed to its first key, once",
  ),
  broken(
    "gives a record another id than the one that it was made for",
    (memory) => ({
      insert: (drafts, token) =>
        memory.insert(
          drafts.map((draft) => ({
            ...draft,
            make: (id): StoredRecord => ({ ...draft.make(id + 1), client_id: id }),
          })),
          token,
        ),
    }),
    "sealing > what is sealed comes back, and nowhere in the store does it stand in the clear",
  ),
  broken(
    "takes null for no change of a field",
    (memory) => ({
      update: (id, change) =>
        memory.update(id, (now) => {
          const next = change(now);
          return next && { ...next, password: next["password"] ?? now["password"] ?? null };
        }),
    }),
    "sealing > a password that a Python hub set wins, and is sealed with the next write",
    "rekeying > a rekey brings a store that was not sealed to its first key, once",
  ),
  broken(
    "keeps the state of nodes from whoever looks at all of it",
    (memory) => ({ state: { ...memory.state, scopes: async () => ["shared"] } }),
    "rekeying > a rekey brings a store from one key to the next, once",
    "rekeying > a rekey brings a store that was not sealed to its first key, once",
    "rekeying > a rekey brings a store back into the clear, with previous keys alone, once",
  ),
  broken(
    "cuts long texts in metadata",
    (memory) => ({
      insert: (drafts, token) =>
        memory.insert(
          drafts.map((draft) => ({
            ...draft,
            make: (id): StoredRecord => {
              const record = draft.make(id);
              return { ...record, metadata: cut(record["metadata"] ?? null) };
            },
          })),
          token,
        ),
    }),
    "sealing > what is sealed comes back, and nowhere in the store does it stand in the clear",
  ),
];

function cut(value: Json): Json {
  if (typeof value === "string") return value.slice(0, 50);
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, cut(item)]));
}
