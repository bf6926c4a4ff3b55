import type { DatabaseSync, SQLInputValue, SQLOutputValue, StatementSync } from "node:sqlite";
import { indexValues, matches, parseRecord, SCHEMA, stringifyJson } from "@hivemind/db-core/backend";
import type { ClientId, IndexName, RecordView, StoredEntry, StoredRecord } from "@hivemind/db-core/backend";

const TABLES = `
  CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value TEXT NOT NULL);
  CREATE TABLE IF NOT EXISTS records (id INTEGER PRIMARY KEY, text TEXT NOT NULL);
  CREATE TABLE IF NOT EXISTS look_up (
    name TEXT NOT NULL, value TEXT NOT NULL, id INTEGER NOT NULL, PRIMARY KEY (name, value, id)
  ) WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS look_up_id ON look_up (id);
  CREATE TABLE IF NOT EXISTS changes (number INTEGER PRIMARY KEY AUTOINCREMENT, id INTEGER NOT NULL);
  CREATE TABLE IF NOT EXISTS state (
    scope TEXT NOT NULL, key TEXT NOT NULL, text TEXT NOT NULL, PRIMARY KEY (scope, key)
  ) WITHOUT ROWID;
`;
const INDEXES: readonly IndexName[] = ["accessKey", "name", "fingerprint"];
/** Under this name stand the records that nobody can read: each could hold any value. */
const UNREADABLE = "unreadable";
const KEPT_CHANGES = 10_000;

type Row = Record<string, SQLOutputValue>;

/** What is in one open file, within whatever transaction is under way. */
export class Tables implements RecordView {
  readonly #db: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();

  constructor(db: DatabaseSync) {
    this.#db = db;
  }

  create(): void {
    this.#db.exec(TABLES);
    if (this.meta("schema") === undefined) this.setMeta("schema", String(SCHEMA));
  }

  get exist(): boolean {
    return this.#one("SELECT 1 FROM sqlite_schema WHERE name = 'records'") !== undefined;
  }

  meta(key: string): string | undefined {
    const row = this.#one("SELECT value FROM meta WHERE key = ?", key);
    return row && String(row["value"]);
  }

  setMeta(key: string, value: string): void {
    this.#run("INSERT OR REPLACE INTO meta VALUES (?, ?)", key, value);
  }

  get highestId(): ClientId {
    return Number(this.#one("SELECT max(id) AS id FROM records")?.["id"] ?? 0);
  }

  ids(): ClientId[] {
    return this.#all("SELECT id FROM records ORDER BY id").map(({ id }) => Number(id));
  }

  has(id: ClientId): boolean {
    return this.#one("SELECT 1 FROM records WHERE id = ?", id) !== undefined;
  }

  get(id: ClientId): StoredEntry | undefined {
    const row = this.#one("SELECT text FROM records WHERE id = ?", id);
    return row && parseRecord(id, String(row["text"]));
  }

  find(index: IndexName, value: string): readonly StoredEntry[] {
    const sql = "SELECT id FROM look_up WHERE (name = ? AND value = ?) OR name = ? ORDER BY id";
    const candidates = this.#all(sql, index, value, UNREADABLE).flatMap(
      ({ id }) => this.get(Number(id)) ?? [],
    );
    return candidates.filter((entry) => matches(entry, index, value));
  }

  put(record: StoredRecord): void {
    this.putText(record.client_id, stringifyJson(record));
  }

  putText(id: ClientId, text: string): void {
    this.#run("INSERT OR REPLACE INTO records VALUES (?, ?)", id, text);
    this.index(id);
  }

  /** Writes the look-ups of this record, or removes those of one that is gone. */
  index(id: ClientId): void {
    this.#run("DELETE FROM look_up WHERE id = ?", id);
    for (const [name, value] of lookUps(this.get(id))) {
      this.#run("INSERT INTO look_up VALUES (?, ?, ?)", name, value, id);
    }
  }

  /** The records whose look-ups are not what they should be. */
  wronglyIndexed(): ClientId[] {
    const stray = this.#all("SELECT DISTINCT id FROM look_up WHERE id NOT IN (SELECT id FROM records)");
    return [...this.ids().filter((id) => !this.#isIndexed(id)), ...stray.map(({ id }) => Number(id))];
  }

  #isIndexed(id: ClientId): boolean {
    const found = this.#all("SELECT name, value FROM look_up WHERE id = ?", id);
    const rows = new Set(found.map(({ name, value }) => JSON.stringify([name, value])));
    const wanted = new Set(lookUps(this.get(id)).map((pair) => JSON.stringify(pair)));
    return rows.size === wanted.size && rows.isSubsetOf(wanted);
  }

  noteChange(id: ClientId): void {
    this.#run("INSERT INTO changes (id) VALUES (?)", id);
    this.#run("DELETE FROM changes WHERE number <= (SELECT max(number) FROM changes) - ?", KEPT_CHANGES);
  }

  get lastChange(): number {
    return Number(this.#one("SELECT max(number) AS number FROM changes")?.["number"] ?? 0);
  }

  /** Whose records changed after this number; `undefined` where that is no longer known. */
  changesAfter(number: number): ClientId[] | undefined {
    const oldest = Number(this.#one("SELECT min(number) AS number FROM changes")?.["number"] ?? 0);
    if (oldest > number + 1) return undefined;
    return this.#all("SELECT DISTINCT id FROM changes WHERE number > ?", number).map(({ id }) => Number(id));
  }

  state(scope: string): Map<string, string> {
    const rows = this.#all("SELECT key, text FROM state WHERE scope = ?", scope);
    return new Map(rows.map(({ key, text }) => [String(key), String(text)]));
  }

  scopes(): string[] {
    return this.#all("SELECT DISTINCT scope FROM state").map(({ scope }) => String(scope));
  }

  setState(scope: string, key: string, text: string | undefined): void {
    if (text === undefined) this.#run("DELETE FROM state WHERE scope = ? AND key = ?", scope, key);
    else this.#run("INSERT OR REPLACE INTO state VALUES (?, ?, ?)", scope, key, text);
  }

  #run(sql: string, ...values: SQLInputValue[]): void {
    this.#prepared(sql).run(...values);
  }

  #one(sql: string, ...values: SQLInputValue[]): Row | undefined {
    return this.#prepared(sql).get(...values);
  }

  #all(sql: string, ...values: SQLInputValue[]): Row[] {
    return this.#prepared(sql).all(...values);
  }

  #prepared(sql: string): StatementSync {
    const known = this.#statements.get(sql);
    if (known !== undefined) return known;
    const prepared = this.#db.prepare(sql);
    this.#statements.set(sql, prepared);
    return prepared;
  }
}

function lookUps(entry: StoredEntry | undefined): (readonly [name: string, value: string])[] {
  if (entry === undefined) return [];
  const { record } = entry;
  if (record === undefined) return [[UNREADABLE, ""]];
  return INDEXES.flatMap((name) =>
    [...new Set(indexValues(record, name))].map((value) => [name, value] as const),
  );
}
