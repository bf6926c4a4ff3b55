/** What a node remembers for itself, in a table of ours. */
import type { Connection, Statement } from "./driver.ts";

export class StateRows {
  readonly #get: Statement;
  readonly #list: Statement;
  readonly #scopes: Statement;

  constructor(connection: Connection) {
    this.#get = connection.prepare("SELECT value FROM hivemind_db_state WHERE scope = ? AND key = ?").pluck();
    this.#list = connection
      .prepare("SELECT key, value FROM hivemind_db_state WHERE scope = ? ORDER BY key")
      .raw();
    this.#scopes = connection.prepare("SELECT DISTINCT scope FROM hivemind_db_state ORDER BY scope").pluck();
  }

  get(scope: string, key: string): string | undefined {
    return this.#get.get(scope, key) as string | undefined;
  }

  list(scope: string): ReadonlyMap<string, string> {
    return new Map(this.#list.all(scope) as [string, string][]);
  }

  scopes(): readonly string[] {
    return this.#scopes.all() as string[];
  }
}

export function writeState(
  connection: Connection,
  scope: string,
  key: string,
  value: string | undefined,
): void {
  if (value === undefined) {
    connection.prepare("DELETE FROM hivemind_db_state WHERE scope = ? AND key = ?").run(scope, key);
    return;
  }
  const sql =
    "INSERT INTO hivemind_db_state (scope, key, value) VALUES (?, ?, ?) ON CONFLICT (scope, key) DO UPDATE SET value = excluded.value";
  connection.prepare(sql).run(scope, key, value);
}
