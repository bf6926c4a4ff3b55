/** The reference backend: the contract in its plainest form. Every step is synchronous, and so atomic. */
import type { Backend, StoredEntry, StoredRecord } from "../backend/contract.ts";
import { foundIn } from "../backend/found-in.ts";
import { pages } from "../backend/pages.ts";
import { RecordTable } from "../backend/record-table.ts";
import { parseRecord, touched } from "../backend/record.ts";
import { migrationReport, SCHEMA, upgradeRecord } from "../backend/schema.ts";
import type { ClientId } from "../client.ts";
import { stringifyJson } from "../json.ts";
import type { MemoryStore } from "./memory-store.ts";

export function memoryBackend(store: MemoryStore): Backend {
  const watches = new Set<{ close(): Promise<void> }>();

  const table = (): RecordTable => {
    const read = new RecordTable();
    for (const [id, text] of store.records) read.set(id, parseRecord(id, text));
    return read;
  };
  const write = (records: readonly StoredRecord[]): void => {
    for (const record of records) store.records.set(record.client_id, stringifyJson(record));
  };
  const read = async (ids: readonly ClientId[]): Promise<ReadonlyMap<ClientId, StoredEntry>> =>
    foundIn(ids, (id) => {
      const text = store.records.get(id);
      return text === undefined ? undefined : parseRecord(id, text);
    });

  return {
    info: () => ({
      storeId: store.id,
      schema: store.schema === 1 ? 1 : 2,
      location: "memory",
      guarantees: { freshWithinMs: 0, survives: "nothing" },
    }),
    close: async () => {
      for (const watch of watches) await watch.close();
    },

    get: read,
    find: async (index, values) => {
      const all = table();
      return foundIn(values, (value) => all.find(index, value));
    },
    list: () =>
      pages(
        [...store.records.keys()].toSorted((a, b) => a - b),
        read,
      ),

    insert: async (drafts, token) => {
      const before = store.tokens.get(token);
      if (before !== undefined)
        return [...(await read(before)).values()].map(({ record }) => record as StoredRecord);
      const records = table().draft(drafts);
      const ids = records.map(({ client_id }) => client_id);
      write(records);
      store.tokens.set(token, ids);
      store.written(ids);
      return records;
    },
    update: async (id, change) => {
      const changed = table().change(id, change);
      if (changed?.next === undefined) return changed?.now;
      write([changed.next]);
      store.written([id]);
      return changed.next;
    },
    touch: async (seen) => {
      const all = table();
      for (const [id, seconds] of seen) {
        const record = all.get(id)?.record;
        const next = record && touched(record, seconds);
        if (next) write([next]);
      }
    },

    watch: async (on) => {
      // Not `on` itself: two watches can share one.
      const listener = (changed: readonly ClientId[]): void => on(changed);
      const watch = {
        provenAt: () => performance.now(),
        close: async () => {
          store.listeners.delete(listener);
          watches.delete(watch);
        },
      };
      store.listeners.add(listener);
      watches.add(watch);
      return watch;
    },
    state: {
      get: async (scope, key) => store.state.get(scope)?.get(key),
      list: async (scope) => new Map(store.state.get(scope)),
      scopes: async () => [...store.state.keys()],
      update: async (scope, key, change) => {
        const entries = store.state.get(scope) ?? new Map<string, string>();
        const next = change(entries.get(key));
        if (next === undefined) entries.delete(key);
        else entries.set(key, next);
        if (entries.size === 0) store.state.delete(scope);
        else store.state.set(scope, entries);
        store.written([]);
        return next;
      },
    },

    health: async () => ({ ok: true, message: "memory answers", details: { records: store.records.size } }),
    verify: async function* () {},
    migrate: async () => {
      if (store.schema === SCHEMA) return migrationReport([], undefined, SCHEMA);
      const entries = [...table().entries()];
      const records = entries.flatMap(({ record }) => (record === undefined ? [] : [record]));
      const upgraded = records.filter((record) => upgradeRecord(record) !== record).map(upgradeRecord);
      write(upgraded);
      store.schema = SCHEMA;
      store.written(upgraded.map(({ client_id }) => client_id));
      return migrationReport(entries, undefined);
    },
  };
}
