import {
  changeRecord,
  draftRecords,
  FileFeed,
  foundIn,
  migrationReport,
  pages,
  SCHEMA,
  touched,
  upgradeRecord,
} from "@hivemind/db-core/backend";
import type { Backend, BackendHost, ClientId, StoredEntry, StoredRecord } from "@hivemind/db-core/backend";
import { Store } from "./store.js";
import type { Tables } from "./tables.js";
import { verifyLookUps } from "./verify.js";

/** More than enough for the calls whose outcome is not known yet. */
const KEPT_TOKENS = 1000;

export function openBackend(path: string, { create, onNotice }: BackendHost): Backend {
  const store = new Store(path, create);
  const tokens = new Map<string, readonly StoredRecord[]>();
  let heard = store.read((tables) => tables?.lastChange ?? 0);

  const feed = new FileFeed(
    path,
    () => {
      const changed = store.read((tables) => {
        const last = tables?.lastChange ?? 0;
        const ids = last === heard ? [] : (tables?.changesAfter(heard) ?? "all");
        heard = last;
        return ids;
      });
      feed.deliver(changed);
    },
    onNotice,
  );
  const write = async <T>(change: (tables: Tables) => T): Promise<T> => {
    const result = await store.write(change);
    feed.look();
    return result;
  };
  const get = async (ids: readonly ClientId[]): Promise<ReadonlyMap<ClientId, StoredEntry>> =>
    store.read((tables) => foundIn(ids, (id) => tables?.get(id)));

  return {
    info: () => ({
      storeId: store.id,
      schema: store.read((tables) => (tables?.meta("schema") === "1" ? 1 : 2)),
      location: path,
      guarantees: { freshWithinMs: 0, survives: "power-loss" },
    }),
    close: async () => {
      feed.close();
      store.close();
    },

    get,
    find: async (index, values) =>
      store.read((tables) => foundIn(values, (value) => tables?.find(index, value))),
    list: async function* () {
      yield* pages(
        store.read((tables) => tables?.ids() ?? []),
        get,
      );
    },

    insert: (drafts, token) =>
      write((tables) => {
        const before = tokens.get(token);
        if (before !== undefined) return before;
        const records = draftRecords(tables, drafts);
        for (const record of records) putChanged(tables, record);
        tokens.set(token, records);
        if (tokens.size > KEPT_TOKENS) tokens.delete([...tokens.keys()][0] ?? "");
        return records;
      }),
    update: (id, by) =>
      write((tables) => {
        const changed = changeRecord(tables, id, by);
        if (changed?.next === undefined) return changed?.now;
        putChanged(tables, changed.next);
        return changed.next;
      }),
    touch: (seen) =>
      write((tables) => {
        for (const [id, seconds] of seen) {
          const record = tables.get(id)?.record;
          const next = record && touched(record, seconds);
          // No change that anybody is told of.
          if (next !== undefined) tables.put(next);
        }
      }),

    watch: async (on) => feed.watch(on),
    state: {
      get: async (scope, key) => store.read((tables) => tables?.state(scope).get(key)),
      list: async (scope) => store.read((tables) => tables?.state(scope) ?? new Map<string, string>()),
      scopes: async () => store.read((tables) => tables?.scopes() ?? []),
      update: (scope, key, by) =>
        write((tables) => {
          const next = by(tables.state(scope).get(key));
          tables.setState(scope, key, next);
          return next;
        }),
    },

    health: async () => {
      try {
        const records = store.read((tables) => tables?.ids().length ?? 0);
        return { ok: true, message: "the file can be read", details: { records } };
      } catch (error) {
        return { ok: false, message: (error as Error).message, details: {} };
      }
    },
    verify: ({ repair }) => verifyLookUps(store, repair),
    migrate: () =>
      write((tables) => {
        const entries = tables.ids().flatMap((id) => tables.get(id) ?? []);
        const from = tables.meta("schema") === "1" ? 1 : 2;
        for (const { record } of entries) {
          if (record !== undefined && upgradeRecord(record) !== record)
            putChanged(tables, upgradeRecord(record));
        }
        tables.setMeta("schema", String(SCHEMA));
        return migrationReport(entries, undefined, from);
      }),
    backup: async (target) => store.copyTo(target),
  };
}

function putChanged(tables: Tables, record: StoredRecord): void {
  tables.put(record);
  tables.noteChange(record.client_id);
}
