/** Faults in keeping and handing out what is stored, and in what is said about it. */
import type { StoredEntry } from "../../../src/backend/contract.ts";
import { DbError } from "../../../src/errors.ts";
import type { MemoryStore } from "../../../src/memory/memory-store.ts";
import { broken } from "./broken-store.ts";

function onEach(store: MemoryStore, rewrite: (text: string) => string | undefined): void {
  for (const [id, text] of store.records) {
    const next = rewrite(text);
    if (next === undefined) store.records.delete(id);
    else store.records.set(id, next);
  }
}

function withLossyNumbers(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text));
  } catch {
    return text;
  }
}

function ifReadable(text: string): string | undefined {
  try {
    JSON.parse(text);
    return text;
  } catch {
    return undefined;
  }
}

const readable = (entries: readonly StoredEntry[]): readonly StoredEntry[] =>
  entries.filter(({ record }) => record !== undefined);

export const KEEPING = [
  broken(
    "reads numbers as JavaScript does",
    (memory, store) => ({
      update: async (id, change) => {
        const record = await memory.update(id, change);
        onEach(store, withLossyNumbers);
        return record;
      },
    }),
    "losslessness > they survive a change of another field, a touch, and writes of other clients",
  ),
  broken(
    "drops the fields that it does not know",
    (memory, store) => ({
      update: (id, change) => {
        onEach(store, (text) => text.replace(/, "site_id": "[^"]*"/, ""));
        return memory.update(id, change);
      },
    }),
    "losslessness > they survive a change of another field, a touch, and writes of other clients",
  ),
  broken(
    "drops bad records when it writes",
    (memory, store) => ({
      insert: (drafts, token) => {
        onEach(store, ifReadable);
        return memory.insert(drafts, token);
      },
    }),
    "bad records > nan-in-metadata: it stays as it is, whoever is written",
  ),
  broken(
    "passes over bad records",
    (memory) => ({
      get: async (ids) =>
        new Map([...(await memory.get(ids))].filter(([, { record }]) => record !== undefined)),
      find: async (index, values) => {
        const found = [...(await memory.find(index, values))];
        return new Map(found.map(([value, entries]) => [value, readable(entries)]));
      },
      list: async function* () {
        for await (const page of memory.list()) yield readable(page);
      },
    }),
    "bad records > nan-in-metadata: whom its access key belongs to cannot be told",
    "bad records > wrong-type-of-flag: it is reported once, and found by verify",
    "bad records > text-for-record: a call that needs it is an error, and none overwrites it",
  ),
  broken(
    "hands out its own records",
    (memory) => {
      const cache = new Map<number, StoredEntry>();
      return {
        get: async (ids) => {
          for (const [id, entry] of await memory.get(ids))
            if (!cache.has(id)) cache.set(id, structuredClone(entry));
          return new Map([...cache].filter(([id]) => ids.includes(id)));
        },
      };
    },
    "aliasing > clients are frozen, all the way down",
    "aliasing > what a caller does to an answer changes no later answer",
  ),
  broken(
    "hands out its own map of state",
    (memory, store) => ({
      state: { ...memory.state, list: async (scope) => store.state.get(scope) ?? new Map<string, string>() },
    }),
    "aliasing > what a caller does to an answer changes no later answer",
  ),
  broken(
    "lists a scope for each of its entries",
    (memory, store) => ({
      state: {
        ...memory.state,
        scopes: async () => [...store.state].flatMap(([scope, entries]) => [...entries].map(() => scope)),
      },
    }),
    "node state > every scope that has an entry is listed, once",
  ),
  broken(
    "says the taken access key in its error",
    (memory) => ({
      insert: async (drafts, token) => {
        const keys = drafts.map((draft) => draft.make(1).api_key);
        return memory.insert(drafts, token).catch((error: DbError) => {
          throw new DbError(error.code, `${keys.join(", ")}: ${error.message}`, {
            clientIds: error.clientIds,
          });
        });
      },
    }),
    "uniqueness > an access key that is taken is refused with the id of its client, not with the key",
    "secrecy > no error, notice, log, client, health or finding says a secret",
  ),
  broken(
    "shows a bad record in the cause of its error",
    (memory, store) => ({
      find: async (index, values) => {
        const found = await memory.find(index, values);
        for (const { id = 0, record } of [...found.values()].flat()) {
          if (record === undefined)
            throw new DbError("corrupt", "bad", { clientIds: [id], cause: store.records.get(id) });
        }
        return found;
      },
    }),
    "secrecy > no error, notice or finding about a bad record says a secret: nan-in-metadata",
  ),
  broken(
    "counts the passwords in its health",
    (memory, store) => ({
      health: async () => ({ ok: true, message: "fine", details: { records: [...store.records.values()] } }),
    }),
    "secrecy > no error, notice, log, client, health or finding says a secret",
  ),
  broken(
    "logs the keys that it does not find",
    (memory) => ({
      find: async (index, values) => {
        const found = await memory.find(index, values);
        for (const value of values) if (!found.has(value)) process.stderr.write(`unknown: ${value}\n`);
        return found;
      },
    }),
    "secrecy > no error, notice, log, client, health or finding says a secret",
  ),
];
