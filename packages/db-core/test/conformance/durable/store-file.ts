/** A MemoryStore in one row of an SQLite file: the plainest store that several processes can share. */
import { existsSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { DbError } from "../../../src/errors.ts";
import { MemoryStore } from "../../../src/memory/memory-store.ts";

export interface StoredState {
  readonly store: MemoryStore;
  /** The ids of all changes so far, in their order. */
  readonly log: number[];
}

export class StoreFile {
  readonly #path: string;
  readonly #create: boolean;
  #seen = false;

  constructor(path: string, create: boolean) {
    this.#path = path;
    this.#create = create;
  }

  read(): StoredState {
    if (!this.#exists()) return emptyState();
    const db = new DatabaseSync(this.#path, { readOnly: true, timeout: 5000 });
    try {
      return load(db);
    } finally {
      db.close();
    }
  }

  /** Runs a step that does all its work before it first waits. */
  write<T>(step: (store: MemoryStore) => T): T {
    this.#exists();
    const db = new DatabaseSync(this.#path, { timeout: 5000 });
    try {
      db.exec("BEGIN IMMEDIATE");
      const before = textIn(db);
      const state = load(db);
      const result = step(state.store);
      const after = textOf(state);
      if (after !== before) {
        db.exec("CREATE TABLE IF NOT EXISTS store (id INTEGER PRIMARY KEY, text TEXT)");
        db.prepare("INSERT OR REPLACE INTO store VALUES (1, ?)").run(after);
      }
      db.exec("COMMIT");
      return result;
    } finally {
      db.close();
    }
  }

  #exists(): boolean {
    const exists = existsSync(this.#path);
    if (!exists && (this.#seen || !this.#create))
      throw new DbError("missing-store", "the store file is gone");
    this.#seen ||= exists;
    return exists;
  }
}

function emptyState(): StoredState {
  const state: StoredState = { store: new MemoryStore(), log: [] };
  state.store.listeners.add((changed) => state.log.push(...changed));
  return state;
}

function textIn(db: DatabaseSync): string {
  const table = db.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'store'").get();
  return table === undefined ? "" : String(db.prepare("SELECT text FROM store").get()?.["text"]);
}

function load(db: DatabaseSync): StoredState {
  const state = emptyState();
  const text = textIn(db);
  if (text === "") return state;
  const { id, schema, records, tokens, scopes, log } = JSON.parse(text) as ReturnType<typeof plain>;
  state.store.id = id;
  state.store.schema = schema;
  for (const [key, value] of records) state.store.records.set(key, value);
  for (const [key, value] of tokens) state.store.tokens.set(key, value);
  for (const [key, value] of scopes) state.store.state.set(key, new Map(value));
  state.log.push(...log);
  return state;
}

function textOf(state: StoredState): string {
  return JSON.stringify(plain(state));
}

function plain({ store, log }: StoredState) {
  const scopes = [...store.state].map(([scope, entries]) => [scope, [...entries]] as const);
  return {
    id: store.id,
    schema: store.schema,
    records: [...store.records],
    tokens: [...store.tokens],
    scopes,
    log,
  };
}
