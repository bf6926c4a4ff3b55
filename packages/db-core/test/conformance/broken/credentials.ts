/** Faults that let in by a certificate or a key which was removed, or is another client's. */
import type { StoredEntry } from "../../../src/backend/contract.ts";
import { indexValues } from "../../../src/backend/record.ts";
import memoryPlugin from "../../../src/memory/plugin.ts";
import { MemoryStore } from "../../../src/memory/memory-store.ts";
import { broken, uncheckedUpdate } from "./broken-store.ts";

/** The fingerprints of the records as they were when they were inserted. */
const inserted = new WeakMap<MemoryStore, Map<string, readonly number[]>>();

export const CREDENTIALS = [
  broken(
    "keeps its state with the handle, and not with the store",
    (memory, store) => {
      const own = memoryPlugin.open(
        { store: new MemoryStore() },
        { create: true, onNotice: () => undefined },
      );
      return {
        state: {
          get: async (scope, key) => (await own).state.get(scope, key),
          list: async (scope) => (await own).state.list(scope),
          scopes: async () => (await own).state.scopes(),
          update: async (scope, key, change) => {
            store.written([]);
            return (await own).state.update(scope, key, change);
          },
        },
      };
    },
    "certificates > a removed certificate that comes back with a stale record admits nobody",
    "pinned keys > the first key of a kind is kept, and every other one is a mismatch, on every handle",
  ),
  broken(
    "forgets its state when it is closed",
    (memory, store) => ({
      close: async () => {
        store.state.clear();
        await memory.close();
      },
    }),
    "pinned keys > a pinned key is there when the store is opened again",
  ),
  broken(
    "never deletes an entry of its state",
    (memory) => ({
      state: {
        ...memory.state,
        update: (scope, key, change) => memory.state.update(scope, key, (now) => change(now) ?? now),
      },
    }),
    "pinned keys > an operator sets and clears what is pinned",
    "pinned keys > nothing is pinned for the unknown and the revoked, and a revocation forgets",
    "pinned keys > keys that are pinned for nobody are named by verify, and a repair removes them",
  ),
  broken(
    "indexes certificates when a client is added, and never again",
    (memory, store) => ({
      insert: async (drafts, token) => {
        const records = await memory.insert(drafts, token);
        const index = inserted.get(store) ?? new Map<string, readonly number[]>();
        inserted.set(store, index);
        for (const record of records) {
          for (const sha256 of indexValues(record, "fingerprint")) index.set(sha256, [record.client_id]);
        }
        return records;
      },
      find: async (index, values) => {
        if (index !== "fingerprint") return memory.find(index, values);
        const found = new Map<string, readonly StoredEntry[]>();
        for (const value of values) {
          const entries = await memory.get(inserted.get(store)?.get(value) ?? []);
          if (entries.size > 0) found.set(value, [...entries.values()]);
        }
        return found;
      },
    }),
    "certificates > each certificate of a client admits it, on every handle",
    "certificates > a removed certificate admits nobody, and added again it does",
    "certificates > a removed certificate that came back keeps nobody from adding it",
  ),
  broken(
    "keeps of our own metadata what it had before",
    (memory) => ({
      update: (id, change) =>
        memory.update(id, (now) => {
          const next = change(now);
          return next && { ...next, metadata: now["metadata"] ?? {} };
        }),
    }),
    "certificates > adding and removing leave the rest of the record as it was",
    "certificates > a certificate outside of its period admits nobody",
  ),
  broken(
    "lets two clients have one certificate",
    (memory, store) => ({ update: (id, change) => uncheckedUpdate(memory, store, id, change) }),
    "certificates > a certificate belongs to one living client, and is free when that is revoked",
    "certificates > of two handles that add one certificate to two clients at once, one succeeds",
  ),
  broken(
    "answers a certificate with what its index remembers",
    (memory) => {
      const remembered = new Map<string, readonly StoredEntry[]>();
      return {
        find: async (index, values) => {
          if (index !== "fingerprint") return memory.find(index, values);
          for (const [value, entries] of await memory.find(index, values))
            if (!remembered.has(value)) remembered.set(value, entries);
          return new Map(values.flatMap((value) => [[value, remembered.get(value) ?? []] as const]));
        },
      };
    },
    "certificates > a certificate belongs to one living client, and is free when that is revoked",
  ),
  broken(
    "forgets which certificates were removed",
    (memory) => ({
      state: {
        ...memory.state,
        update: async (scope, key, change) =>
          key.startsWith("removed-certificates/")
            ? change(undefined)
            : memory.state.update(scope, key, change),
      },
    }),
    "certificates > a removed certificate that comes back with a stale record admits nobody",
    "certificates > a removed certificate that came back is named by verify, and a repair takes it out",
  ),
  broken(
    "writes an entry of its state without looking at it",
    (memory) => ({
      state: {
        ...memory.state,
        update: async (scope, key, change) => memory.state.update(scope, key, () => change(undefined)),
      },
    }),
    "pinned keys > the first key of a kind is kept, and every other one is a mismatch, on every handle",
    "pinned keys > of two handles that pin different keys at once, one is first, and all know which",
  ),
];
