/**
 * What we keep in the file beside the table of Python hubs, and the triggers that see to it that a hub's
 * statements break nothing of ours.
 *
 * - Nothing here is UNIQUE over a column of `clients`: Python's `INSERT OR REPLACE` would delete other rows.
 * - No JSON function: Python writes `{"a": NaN}`, on which they fail, and with them its statement.
 * - What decides stands in a trigger's WHEN: a body that then does nothing costs as much as one that writes.
 * - `=` and never IN over a list: for each row, SQLite would make a table of that list.
 * - Triggers never rely on a conflict clause of their own: the one of the statement that fires them wins.
 * - Each text is as SQLite keeps it, so that `layout.ts` can compare.
 */
import { COLUMN_NAMES } from "./columns.ts";

/**
 * Goes up with every change of a text below: two releases would else mend each other's triggers for ever.
 * Never in `user_version`: Python would refuse the store.
 */
export const OWN_LAYOUT = 3;

export const OWN_PREFIX = "hivemind_db_";
export const OWN_META = `${OWN_PREFIX}meta`;

interface OwnObject {
  readonly name: string;
  readonly type: "table" | "index" | "trigger";
  readonly sql: string;
}

const TABLES: readonly OwnObject[] = [
  table("meta", "key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID"),
  table("state", "scope TEXT, key TEXT, value TEXT NOT NULL, PRIMARY KEY (scope, key)) WITHOUT ROWID"),
  // Every id that was ever revoked. No row with such an id comes back to life.
  table("revoked", "client_id INTEGER PRIMARY KEY)"),
  // Derived from metadata. It may lag behind: `unindexed` says for whom.
  table("fingerprints", "sha256 TEXT, client_id INTEGER, PRIMARY KEY (sha256, client_id)) WITHOUT ROWID"),
  table("unindexed", "client_id INTEGER PRIMARY KEY, unreadable INTEGER NOT NULL DEFAULT 0)"),
  // AUTOINCREMENT: no number is used again after pruning, and a gap tells that something is missing.
  table("changes", "seq INTEGER PRIMARY KEY AUTOINCREMENT, client_id INTEGER NOT NULL)"),
];

const INDEXES: readonly OwnObject[] = [
  index("clients_name", "clients(name)"),
  index("fingerprints_client", "hivemind_db_fingerprints(client_id)"),
];

/** All but the id and `last_seen`: a touch is not a change. */
const CHANGING = COLUMN_NAMES.filter((name) => name !== "client_id" && name !== "last_seen");

const isRevoked = (id: string): string =>
  `EXISTS (SELECT 1 FROM hivemind_db_revoked WHERE client_id = ${id})`;
/** A revoked client that a program writes back from its old copy. */
const IS_STALE = `(NEW.api_key IS NOT 'revoked' AND ${isRevoked("NEW.client_id")})`;
const RECORD_REVOCATION = `INSERT INTO hivemind_db_revoked (client_id) SELECT NEW.client_id WHERE NOT ${isRevoked("NEW.client_id")};`;
/** Only such metadata can hold a certificate, and only who had one can lose it. */
const CONCERNS_CERTIFICATES = `(instr(NEW.metadata, 'hivemind_db') > 0 OR EXISTS (SELECT 1 FROM hivemind_db_fingerprints WHERE client_id = NEW.client_id))`;
const LOG = "INSERT INTO hivemind_db_changes (client_id) VALUES (NEW.client_id);";
const MARK =
  "DELETE FROM hivemind_db_unindexed WHERE client_id = NEW.client_id; INSERT INTO hivemind_db_unindexed (client_id) VALUES (NEW.client_id);";
/** Columns that the row with this id does not have the same already. REPLACE fires no trigger for the row that goes. */
const insertDiffers = (columns: readonly string[]): string =>
  `NOT EXISTS (SELECT 1 FROM clients WHERE client_id = NEW.client_id AND ${columns.map((name) => `${name} IS NEW.${name}`).join(" AND ")})`;
const updateDiffers = (columns: readonly string[]): string =>
  `(${columns.map((name) => `OLD.${name} IS NOT NEW.${name}`).join(" OR ")})`;

const TRIGGERS: readonly OwnObject[] = [
  trigger("insert", `BEFORE INSERT ON clients WHEN ${IS_STALE}`, "SELECT RAISE(IGNORE);"),
  // In which order SQLite fires these is not said.
  trigger(
    "insert_logged",
    `BEFORE INSERT ON clients WHEN ${insertDiffers(CHANGING)} AND NOT ${IS_STALE}`,
    LOG,
  ),
  trigger(
    "insert_marked",
    `BEFORE INSERT ON clients WHEN ${CONCERNS_CERTIFICATES} AND ${insertDiffers(["api_key", "metadata"])} AND NOT ${IS_STALE}`,
    MARK,
  ),
  // Not before: a tombstone that a conflict clause then ignores would be no tombstone.
  trigger("inserted", "AFTER INSERT ON clients WHEN NEW.api_key IS 'revoked'", RECORD_REVOCATION),
  trigger(
    "update",
    `BEFORE UPDATE ON clients WHEN NEW.api_key IS NOT 'revoked' AND (${isRevoked("OLD.client_id")} OR ${isRevoked("NEW.client_id")})`,
    "SELECT RAISE(IGNORE);",
  ),
  trigger(
    "updated",
    `AFTER UPDATE OF ${["client_id", ...CHANGING].join(", ")} ON clients WHEN ${updateDiffers(["client_id", ...CHANGING])}`,
    LOG,
    `INSERT INTO hivemind_db_changes (client_id) SELECT OLD.client_id WHERE OLD.client_id IS NOT NEW.client_id;`,
  ),
  trigger(
    "update_marked",
    `AFTER UPDATE OF client_id, api_key, metadata ON clients WHEN ${CONCERNS_CERTIFICATES} AND ${updateDiffers(["client_id", "api_key", "metadata"])}`,
    MARK,
  ),
  trigger(
    "revoked_by_update",
    "AFTER UPDATE OF api_key ON clients WHEN NEW.api_key IS 'revoked'",
    RECORD_REVOCATION,
  ),
  trigger(
    "deleted",
    "AFTER DELETE ON clients",
    "INSERT INTO hivemind_db_changes (client_id) VALUES (OLD.client_id);",
    // With recursive_triggers a REPLACE fires this one too, and the row is back with the same certificates.
    `INSERT INTO hivemind_db_unindexed (client_id) SELECT OLD.client_id WHERE NOT EXISTS (SELECT 1 FROM hivemind_db_unindexed WHERE client_id = OLD.client_id) AND EXISTS (SELECT 1 FROM hivemind_db_fingerprints WHERE client_id = OLD.client_id);`,
    "DELETE FROM hivemind_db_fingerprints WHERE client_id = OLD.client_id;",
  ),
];

export const OWN_TABLES = TABLES;
/** What an older program loses when it rebuilds `clients`, and what can be made anew at any time. */
export const OWN_WATCHERS = [...INDEXES, ...TRIGGERS];

/** What stands in our tables of a store that has had none of them: what its records say. */
export const FIRST_CONTENT: readonly string[] = [
  "INSERT INTO hivemind_db_revoked (client_id) SELECT client_id FROM clients WHERE api_key = 'revoked' AND client_id NOT IN (SELECT client_id FROM hivemind_db_revoked)",
  "INSERT INTO hivemind_db_unindexed (client_id) SELECT client_id FROM clients WHERE instr(coalesce(metadata, ''), 'hivemind_db') > 0 AND client_id NOT IN (SELECT client_id FROM hivemind_db_unindexed)",
];

function table(name: string, rest: string): OwnObject {
  const full = OWN_PREFIX + name;
  return { name: full, type: "table", sql: `CREATE TABLE ${full} (${rest}` };
}

function index(name: string, on: string): OwnObject {
  const full = OWN_PREFIX + name;
  return { name: full, type: "index", sql: `CREATE INDEX ${full} ON ${on}` };
}

function trigger(name: string, when: string, ...statements: readonly string[]): OwnObject {
  const full = OWN_PREFIX + name;
  return {
    name: full,
    type: "trigger",
    sql: `CREATE TRIGGER ${full} ${when} BEGIN ${statements.join(" ")} END`,
  };
}
