/** A Python hub beside ours: its statements (COMPAT.md), run by another process on an SQLite of its own. */
import { execFileSync } from "node:child_process";
import { children, TYPESCRIPT } from "./child.ts";

type Value = string | number | null;
type Row = Readonly<Record<string, Value>>;
type Statement = readonly [sql: string, ...values: Value[]];

export const COLUMNS = [
  "client_id",
  "api_key",
  "name",
  "description",
  "is_admin",
  "last_seen",
  "intent_blacklist",
  "skill_blacklist",
  "message_blacklist",
  "allowed_types",
  "crypto_key",
  "password",
  "can_broadcast",
  "can_escalate",
  "can_propagate",
  "metadata",
] as const;

export function run(path: string, ...statements: readonly Statement[]): readonly (readonly Row[])[] {
  const args = [...TYPESCRIPT, children.path("statements"), path, JSON.stringify(statements)];
  return JSON.parse(execFileSync(process.execPath, args, { encoding: "utf8", stdio: "pipe" })) as Row[][];
}

/** `SELECT *`, by column name. */
export function select(path: string): readonly Row[] {
  return run(path, ["SELECT * FROM clients ORDER BY client_id"])[0] ?? [];
}

/** Add, update and revoke are all this one statement. Schema-1 hubs name 15 columns. */
export function replace(row: Row, columns: readonly string[] = COLUMNS): Statement {
  const marks = columns.map(() => "?").join(", ");
  const values = columns.map((name) => row[name] ?? null);
  return [`INSERT OR REPLACE INTO clients (${columns.join(", ")}) VALUES (${marks})`, ...values];
}

export function seen(accessKey: string, seconds: number): Statement {
  return [
    "UPDATE clients SET last_seen = CASE WHEN last_seen IS NULL OR last_seen < ? THEN ? ELSE last_seen END WHERE api_key = ?",
    seconds,
    seconds,
    accessKey,
  ];
}

/** What a hub that knows schema 2 does when it opens the store. */
export const ON_OPEN: readonly Statement[] = [
  ["PRAGMA journal_mode = WAL"],
  ["CREATE TABLE IF NOT EXISTS clients (client_id INTEGER PRIMARY KEY, api_key VARCHAR(255) NOT NULL)"],
  ["CREATE INDEX IF NOT EXISTS idx_clients_api_key ON clients(api_key)"],
  ["PRAGMA user_version"],
  ["SELECT COUNT(*) FROM clients"],
];

/** A tombstone as the plugin writes it: a fresh client with nothing but its id. */
export function pythonTombstone(id: number): Row {
  return {
    client_id: id,
    api_key: "revoked",
    name: "",
    description: "",
    is_admin: 0,
    last_seen: -1,
    allowed_types: "[]",
    can_broadcast: 1,
    can_escalate: 1,
    can_propagate: 1,
    metadata: "{}",
  };
}
