/** The table of Python hubs. They name these columns in `INSERT OR REPLACE`, and read `SELECT *` by name. */
export const COLUMNS = [
  ["client_id", "INTEGER PRIMARY KEY"],
  ["api_key", "VARCHAR(255) NOT NULL"],
  ["name", "VARCHAR(255)"],
  ["description", "VARCHAR(255)"],
  ["is_admin", "BOOLEAN DEFAULT FALSE"],
  ["last_seen", "REAL DEFAULT -1"],
  ["intent_blacklist", "TEXT"],
  ["skill_blacklist", "TEXT"],
  ["message_blacklist", "TEXT"],
  ["allowed_types", "TEXT"],
  ["crypto_key", "VARCHAR(16)"],
  ["password", "TEXT"],
  ["can_broadcast", "BOOLEAN DEFAULT TRUE"],
  ["can_escalate", "BOOLEAN DEFAULT TRUE"],
  ["can_propagate", "BOOLEAN DEFAULT TRUE"],
  ["metadata", "TEXT"],
] as const;

export type ColumnName = (typeof COLUMNS)[number][0];

export const COLUMN_NAMES: readonly ColumnName[] = COLUMNS.map(([name]) => name);

/** Lists of schema 1: null in all that we write. */
export const NULL_NAMES = COLUMN_NAMES.filter((name) => name.endsWith("_blacklist"));
export const WRITTEN_NAMES = COLUMN_NAMES.filter((name) => !NULL_NAMES.includes(name));

export const CREATE_CLIENTS = `CREATE TABLE clients (${COLUMNS.map((column) => column.join(" ")).join(", ")})`;

/** Early schema-1 files lack it. */
export const ADD_METADATA = "ALTER TABLE clients ADD COLUMN metadata TEXT";

/** The same index, by the same name, that the newest Python plugin makes. */
export const CREATE_KEY_INDEX = "CREATE INDEX IF NOT EXISTS idx_clients_api_key ON clients(api_key)";
