/** What SQLite itself says of the whole file. It holds up the event loop while it looks. */
import type { Finding } from "@hivemind/db-core/backend";
import type { Connector } from "./connector.ts";
import type { Connection } from "./driver.ts";
import { sqliteCode } from "./sqlite-error.ts";

type Fault = Omit<Finding, "repair">;

/** Enough to see that it is damaged. */
const MOST_LINES = 20;

export function checkFile(connector: Connector, isOurs: boolean): readonly Fault[] {
  const file = connector.connect("copy");
  if (file === undefined) return [];
  try {
    return [...damage(file.connection, connector.path), ...(isOurs ? noLog(file.connection) : [])];
  } finally {
    file.close();
  }
}

function damage(connection: Connection, path: string): readonly Fault[] {
  const lines = integrity(connection);
  if (lines.length === 1 && lines[0] === "ok") return [];
  // They name tables, pages and row numbers, and no content.
  const message = `SQLite says that ${path} is damaged: ${lines.join("; ")}. Restore a backup.`;
  return [{ code: "damaged-file", severity: "error", message, clientIds: [] }];
}

function integrity(connection: Connection): readonly string[] {
  try {
    return connection.prepare(`PRAGMA integrity_check(${MOST_LINES})`).pluck().all() as string[];
  } catch (error) {
    const code = sqliteCode(error);
    if (code === undefined) throw error;
    return [code];
  }
}

/** Our first write turns it on. */
function noLog(connection: Connection): readonly Fault[] {
  const mode = connection.prepare("PRAGMA journal_mode").pluck().get() as string;
  if (mode === "wal") return [];
  const message = `The store has no write-ahead log (mode ${mode}). On a local disk the next write turns it on; on a network file system that fails, and SQLite's locks may not hold there either: move the store to a local disk.`;
  return [{ code: "no-write-ahead-log", severity: "warning", message, clientIds: [] }];
}
