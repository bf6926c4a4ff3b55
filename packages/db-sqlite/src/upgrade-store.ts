/** Bringing a file to what we write: schema 2, with our tables. Within the transaction of the first write. */
import { randomUUID } from "node:crypto";
import { migrationReport, SCHEMA, upgradeRecord } from "@hivemind/db-core/backend";
import type { MigrationReport, StoredEntry } from "@hivemind/db-core/backend";
import { interruptLog } from "./change-log.ts";
import { ClientRows } from "./client-rows.ts";
import { ADD_METADATA, CREATE_CLIENTS, CREATE_KEY_INDEX } from "./columns.ts";
import type { Connection } from "./driver.ts";
import { readLayout } from "./layout.ts";
import type { Layout } from "./layout.ts";
import { FIRST_CONTENT, OWN_LAYOUT, OWN_PREFIX, OWN_TABLES, OWN_WATCHERS } from "./own-schema.ts";
import { asStored, encodeRecord } from "./row-codec.ts";

/**
 * `backUp` keeps the file as it is, and answers where; it is called before anything is changed, for schema 1.
 * Answers what was done to the records, if anything.
 */
export function upgradeStore(
  connection: Connection,
  layout: Layout,
  path: string,
  backUp: () => string,
): MigrationReport | undefined {
  const backup = layout.schema === SCHEMA ? undefined : backUp();
  if (!layout.hasClients) connection.exec(CREATE_CLIENTS);
  else if (!layout.hasMetadata) connection.exec(ADD_METADATA);
  const report = layout.schema === SCHEMA ? undefined : upgradeRecords(connection, path, backup);
  connection.exec(`PRAGMA user_version = ${SCHEMA}`);
  completeOwnTables(connection);
  // Until now nobody kept the log, or not all of it.
  interruptLog(connection);
  return report;
}

function upgradeRecords(connection: Connection, path: string, backup: string | undefined): MigrationReport {
  const rows = new ClientRows(connection, readLayout(connection, path));
  const update = connection.prepare(
    "UPDATE clients SET intent_blacklist = NULL, skill_blacklist = NULL, message_blacklist = NULL, metadata = ? WHERE client_id = ?",
  );
  const pages = function* (): Generator<StoredEntry> {
    for (let page = rows.pageAfter(-1); page.length > 0; page = rows.pageAfter(page.at(-1)?.id ?? Infinity)) {
      yield* page;
      for (const { record } of page) {
        // What cannot be read stays as it is.
        if (record === undefined || upgradeRecord(record) === record) continue;
        update.run(encodeRecord(asStored(record)).at(-1) ?? null, record.client_id);
      }
    }
  };
  return migrationReport(pages(), backup);
}

/** Makes what is not there, and anew what somebody has changed. */
export function completeOwnTables(connection: Connection): void {
  const found = new Map(
    connection
      .prepare("SELECT name, sql FROM sqlite_schema WHERE substr(name, 1, ?) = ?")
      .raw()
      .all(OWN_PREFIX.length, OWN_PREFIX) as [string, string][],
  );
  for (const { name, sql } of OWN_TABLES) if (!found.has(name)) connection.exec(sql);
  for (const { name, type, sql } of OWN_WATCHERS) {
    if (found.get(name) === sql) continue;
    if (found.has(name)) connection.exec(`DROP ${type} ${name}`);
    connection.exec(sql);
  }
  connection.exec(CREATE_KEY_INDEX);
  for (const sql of FIRST_CONTENT) connection.exec(sql);
  const set = "INSERT INTO hivemind_db_meta (key, value) VALUES (?, ?) ON CONFLICT (key)";
  connection.prepare(`${set} DO UPDATE SET value = excluded.value`).run("layout", String(OWN_LAYOUT));
  connection.prepare(`${set} DO NOTHING`).run("store_id", randomUUID());
}
