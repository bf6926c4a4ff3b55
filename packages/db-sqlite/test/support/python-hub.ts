/** What a Python hub does to a store: its own statements, on a connection of its own. */
import { randomBytes } from "node:crypto";
import { writeFileSync } from "node:fs";
import { COLUMN_NAMES, CREATE_CLIENTS } from "../../src/columns.ts";
import type { ColumnName } from "../../src/columns.ts";
import { Connector } from "../../src/connector.ts";
import { loadDriver } from "../../src/driver.ts";
import type { Connection, SqlValue } from "../../src/driver.ts";
import { recordFields } from "./record-fields.ts";

type PythonRow = readonly (SqlValue | bigint)[];

const JSON_COLUMNS: ReadonlySet<string> = new Set([
  "intent_blacklist",
  "skill_blacklist",
  "message_blacklist",
  "allowed_types",
  "metadata",
]);
const REPLACE = `INSERT OR REPLACE INTO clients (${COLUMN_NAMES.join(", ")}) VALUES (${COLUMN_NAMES.map(() => "?").join(", ")})`;

/** Makes the file of a hub of that schema, with these records. */
export async function makeHubFile(
  path: string,
  password: string | undefined,
  schema: number,
  records: readonly (readonly [key: string, text: string])[],
): Promise<void> {
  writeFileSync(path, "", { mode: 0o600 });
  const connector = new Connector(await loadDriver(password !== undefined), path, password);
  const connection = await connector.connectNew(path, randomBytes(16));
  try {
    connection.exec("PRAGMA journal_mode = WAL");
    connection.exec(CREATE_CLIENTS);
    for (const [key, text] of records) replaceRow(connection, rowOf(key, text));
    connection.exec(`PRAGMA user_version = ${schema === 1 ? 0 : schema}`);
  } finally {
    connection.close();
  }
}

function replaceRow(connection: Connection, row: PythonRow): void {
  connection.prepare(REPLACE).run(...row);
}

/** As the plugin spreads a record over its columns; what has none joins the metadata. */
function rowOf(key: string, text: string): PythonRow {
  const fields = recordFields(text);
  if (fields.get("client_id") !== key) throw new Error("a row has one place for its id");
  const unknown = [...fields].filter(([name]) => !COLUMN_NAMES.includes(name as ColumnName));
  const more = unknown.map(([name, raw]) => `, ${JSON.stringify(name)}: ${raw}`).join("");
  return COLUMN_NAMES.map((name) => {
    const raw = fields.get(name);
    if (raw === undefined || raw === "null") return null;
    if (name === "metadata" && more !== "")
      return raw === "{}" ? `{${more.slice(2)}}` : raw.slice(0, -1) + more + "}";
    return JSON_COLUMNS.has(name) ? raw : plainValue(raw);
  });
}

function plainValue(raw: string): SqlValue | bigint {
  if (raw === "true" || raw === "false") return raw === "true" ? 1 : 0;
  if (/^-?\d+$/.test(raw)) return BigInt(raw);
  return JSON.parse(raw) as string | number;
}
