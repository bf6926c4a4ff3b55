import { statSync } from "node:fs";
import Database from "better-sqlite3";
import { Keyv } from "keyv";
import { BATCH, keyOf, recordOf } from "./clients.ts";
import type { Alternative, Contender } from "./contender.ts";
import { valuesIn } from "./keyv.ts";

const TABLE = `CREATE TABLE clients(client_id INTEGER PRIMARY KEY, api_key VARCHAR(255) NOT NULL, name VARCHAR(255),
  description VARCHAR(255), is_admin BOOLEAN, last_seen REAL, intent_blacklist TEXT, skill_blacklist TEXT,
  message_blacklist TEXT, allowed_types TEXT, crypto_key VARCHAR(16), password TEXT, can_broadcast BOOLEAN,
  can_escalate BOOLEAN, can_propagate BOOLEAN, metadata TEXT);
  CREATE INDEX by_key ON clients(api_key); CREATE INDEX by_name ON clients(name)`;
interface Stored {
  readonly key: string;
  readonly value: string;
}

const INSERT = `INSERT INTO clients VALUES (${Array.from({ length: 16 }, () => "?").join(", ")})`;

/** `store`: ours, for reading; what is written goes into a file beside it. */
export function sqliteFloor(store: string): Contender {
  const ours = new Database(store, { readonly: true });
  const dataVersion = ours.prepare("PRAGMA data_version").pluck();
  const byKey = ours.prepare("SELECT * FROM clients WHERE api_key = ?");
  const all = ours.prepare("SELECT * FROM clients");
  const lastChange = ours
    .prepare("SELECT seq FROM sqlite_sequence WHERE name = 'hivemind_db_changes'")
    .pluck();
  let version = dataVersion.get();
  const change = lastChange.get();
  const raw = new Database(`${store}.floor`);
  raw.pragma("journal_mode = WAL");
  raw.pragma("synchronous = FULL");
  raw.exec(TABLE);
  const insert = raw.prepare(INSERT);
  const update = raw.prepare("UPDATE clients SET description = ? WHERE client_id = ?");
  const touch = raw.prepare("UPDATE clients SET last_seen = ? WHERE client_id = ?");
  const many = raw.transaction((from: number, until: number) => {
    for (let id = from; id < until; id += 1) insert.run(...valuesOf(id));
  });
  const cold = (key: string): unknown => decode(byKey.get(key));
  return {
    proveFresh: () => {
      statSync(store, { bigint: true });
      const now = dataVersion.get();
      if (now === version) return true;
      version = now;
      return lastChange.get() === change;
    },
    cold,
    coldMany: (keys) => keys.map(cold),
    add: (id) => insert.run(...valuesOf(id)),
    addMany: (ids) => ids.map((id) => insert.run(...valuesOf(id))),
    update: (id) => update.run(`changed ${Math.random()}`, id),
    touch: (id) => touch.run(Date.now() / 1000, id),
    bulk: (from, count) => {
      for (let start = from; start < from + count; start += BATCH)
        many(start, Math.min(start + BATCH, from + count));
    },
    empty: () => raw.exec("DELETE FROM clients"),
    list: () => all.all().map(decode),
    open: () => {
      const opened = new Database(store, { readonly: true });
      opened.prepare("PRAGMA user_version").get();
      opened.close();
    },
    admits: async () => (key) => cold(key) !== undefined,
    close: () => {
      ours.close();
      raw.close();
    },
  };
}

function decode(row: unknown): unknown {
  if (row === undefined) return undefined;
  const { allowed_types: types, metadata, ...rest } = row as { allowed_types: string; metadata: string };
  return { ...rest, allowed_types: JSON.parse(types) as unknown, metadata: JSON.parse(metadata) as unknown };
}

function valuesOf(id: number): readonly (string | number | null)[] {
  const record = recordOf(id) as Record<string, string | number | null>;
  const flag = (name: string): number => (record[name] ? 1 : 0);
  return [
    id,
    record["api_key"] ?? null,
    record["name"] ?? null,
    "",
    flag("is_admin"),
    -1,
    null,
    null,
    null,
    JSON.stringify(record["allowed_types"]),
    null,
    record["password"] ?? null,
    flag("can_broadcast"),
    flag("can_escalate"),
    flag("can_propagate"),
    JSON.stringify(record["metadata"]),
  ];
}

/** Keyv's own store takes 10, and goes through all that it has listed for each of them. */
const ITERATION_LIMIT = 10_000;

/** Keyv with the statements of its SQLite store, on the driver that ours has: its own needs a compiler here. */
export function sqliteKeyv(path: string): Alternative {
  const database = new Database(path);
  database.pragma("journal_mode = WAL");
  database.pragma("synchronous = FULL");
  database.exec("CREATE TABLE IF NOT EXISTS keyv(key VARCHAR(255) PRIMARY KEY, value TEXT)");
  const get = database.prepare("SELECT * FROM keyv WHERE key = ?");
  const set = database.prepare(
    "INSERT INTO keyv (key, value) VALUES (?, ?) ON CONFLICT(key) DO UPDATE SET value = excluded.value",
  );
  const remove = database.prepare("DELETE FROM keyv WHERE key = ?");
  const page = database.prepare<[string, number, number], Stored>(
    "SELECT * FROM keyv WHERE key LIKE ? LIMIT ? OFFSET ?",
  );
  const store = {
    opts: { dialect: "sqlite" },
    namespace: undefined,
    get: async (key: string) => (get.get(key) as Stored | undefined)?.value,
    set: async (key: string, value: unknown) => void set.run(key, value),
    delete: async (key: string) => get.get(key) !== undefined && remove.run(key).changes > 0,
    clear: async () => undefined,
    iterator: async function* (namespace: string) {
      let rows: readonly Stored[] = [];
      for (let offset = 0; offset === 0 || rows.length > 0; offset += rows.length) {
        rows = page.all(`${namespace}:%`, ITERATION_LIMIT, offset);
        for (const { key, value } of rows) yield [key, value];
      }
    },
    on: () => store,
  };
  const keyv = new Keyv({ store: store as never });
  return {
    fill: async (clients) => {
      database.exec("BEGIN");
      for (let id = 1; id <= clients; id += 1) await keyv.set(keyOf(id), recordOf(id));
      database.exec("COMMIT");
    },
    get: (key) => keyv.get(key),
    set: (key, value) => keyv.set(key, value),
    setMany: (entries) => keyv.setMany([...entries]),
    delete: (key) => keyv.delete(key),
    list: () => valuesIn(keyv),
    close: async () => database.close(),
  };
}
