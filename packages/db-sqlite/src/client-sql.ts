/** Statements about `clients`, as text: for the layout that the file has. */
import { REVOKED_KEY } from "@hivemind/db-core/backend";
import { COLUMN_NAMES } from "./columns.ts";
import type { Layout } from "./layout.ts";

/** JavaScript would round what is larger, and take it for another client. */
export const IS_ID = "client_id BETWEEN 0 AND 9007199254740991";
// In place of NOT, which would scan the table.
export const IS_NO_ID = "(client_id < 0 OR client_id > 9007199254740991)";

/**
 * The last row, after those that another statement finds, of the same moment. A statement of its own would lock the file
 * anew. Of as many columns as a row of a client: these, and whether it was resurrected.
 */
export const DATA_VERSION_ROW = `SELECT data_version, ${COLUMN_NAMES.map(() => "NULL").join(", ")} FROM pragma_data_version`;

export function highestIn(table: string): string {
  return `SELECT max(client_id) FROM ${table} WHERE ${IS_ID}`;
}

export function selectRows({ hasMetadata, hasOwnTables }: Layout): string {
  const columns = COLUMN_NAMES.map((name) => {
    if (name === "client_id") return `CASE WHEN ${IS_ID} THEN client_id END`;
    return name === "metadata" && !hasMetadata ? "NULL" : name;
  });
  const resurrected = hasOwnTables
    ? `api_key IS NOT '${REVOKED_KEY}' AND EXISTS (SELECT 1 FROM hivemind_db_revoked r WHERE r.client_id = clients.client_id)`
    : "0";
  return `SELECT ${columns.join(", ")}, ${resurrected} FROM clients`;
}

/**
 * The index, and those that it does not know yet; without one, whoever holds the text. Its parameters are the
 * fingerprint, and the same as a JSON string.
 */
export function fingerprintCondition({ hasMetadata, hasOwnTables }: Layout): string {
  if (!hasMetadata) return "? IS NULL AND ? IS NULL";
  const isWritten = "instr(metadata, ?) > 0";
  if (!hasOwnTables) return `? IS NOT NULL AND ${isWritten}`;
  const derived = "SELECT client_id FROM hivemind_db_fingerprints WHERE sha256 = ?";
  return `(client_id IN (${derived}) OR client_id IN (SELECT client_id FROM hivemind_db_unindexed) AND ${isWritten})`;
}
