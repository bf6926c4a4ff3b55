/** What SQLite says, in the words of the contract. Its messages name tables and columns, never a content. */
import { accessSync, constants } from "node:fs";
import { dirname } from "node:path";
import { DbError, isDbError, systemError } from "@hivemind/db-core/backend";
import type { ErrorCode } from "@hivemind/db-core/backend";

/** By the longest beginning that fits. Source: https://sqlite.org/rescode.html */
const CODES: readonly (readonly [code: string, as: ErrorCode, advice: string])[] = [
  ["SQLITE_READONLY_DBMOVED", "missing-store", "it was moved or deleted while it was open"],
  ["SQLITE_READONLY", "read-only", "it or its folder may not be written; nothing was changed"],
  // The file beside the store that WAL readers share could not grow.
  ["SQLITE_IOERR_SHMSIZE", "full", "make room on the disk; nothing was changed"],
  ["SQLITE_IOERR_NOMEM", "full", "there is no memory left; nothing was changed"],
  ["SQLITE_IOERR_CORRUPTFS", "corrupt", "the file system is damaged: check it, then restore a backup"],
  ["SQLITE_IOERR", "unreachable", "the disk or the network file system failed: check it"],
  ["SQLITE_NOMEM", "full", "there is no memory left; nothing was changed"],
  ["SQLITE_FULL", "full", "make room on the disk; nothing was changed"],
  ["SQLITE_CORRUPT", "corrupt", "it is damaged: restore a backup"],
  ["SQLITE_NOTADB", "corrupt", "it is damaged: restore a backup"],
  ["SQLITE_FORMAT", "corrupt", "it is damaged: restore a backup"],
  // Our statements are fixed, and fit every store: this file is none, although it looked like one.
  ["SQLITE_ERROR", "corrupt", "it is damaged, or another program changed its tables: restore a backup"],
  ["SQLITE_SCHEMA", "corrupt", "it is damaged, or another program changed its tables: restore a backup"],
  ["SQLITE_BUSY", "locked", "another program holds it: try again, or stop that program"],
  ["SQLITE_LOCKED", "locked", "another program holds it: try again, or stop that program"],
  ["SQLITE_PROTOCOL", "locked", "another program holds it: try again, or stop that program"],
  ["SQLITE_PERM", "refused", "we may not use it"],
  ["SQLITE_AUTH", "refused", "we may not use it"],
  // Ours never do: what we write is checked before.
  ["SQLITE_CONSTRAINT", "corrupt", "a trigger or an index that is not ours refuses it: remove that"],
  ["SQLITE_TOOBIG", "invalid", "a value is larger than SQLite can hold"],
];

/** A `DbError` for what SQLite or the system refused. Any other error is a bug and comes back as it is. */
export function sqliteError(error: unknown, doing: "read" | "write", path: string): unknown {
  const said = sqliteCode(error);
  if (isDbError(error) || said === undefined) return systemError(error, doing, path);
  if (said.startsWith("SQLITE_CANTOPEN")) return cannotOpen(error, said, doing, path);
  const known = CODES.find(([start]) => said.startsWith(start));
  if (known === undefined) return error;
  return new DbError(known[1], `cannot ${doing} ${path} (${said}): ${known[2]}`, { cause: error });
}

/** Somebody holds the store at this very moment. */
export function isBusy(error: unknown): boolean {
  return /^SQLITE_(?:BUSY|LOCKED|PROTOCOL)/.test(sqliteCode(error) ?? "");
}

/** There is no room for it, on the disk or in memory. */
export function isFull(error: unknown): boolean {
  return /^SQLITE_(?:FULL|NOMEM|IOERR_NOMEM)/.test(sqliteCode(error) ?? "");
}

export function sqliteCode(error: unknown): string | undefined {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  return code.startsWith("SQLITE_") ? code : undefined;
}

/** SQLite does not say whether it was the file or one of those that it keeps beside it. */
function cannotOpen(cause: unknown, said: string, doing: "read" | "write", path: string): unknown {
  try {
    accessSync(path, constants.R_OK);
  } catch (error) {
    return systemError(error, "read", path);
  }
  try {
    accessSync(dirname(path), constants.W_OK);
  } catch (error) {
    const beside = "SQLite keeps two files beside it in that folder, -wal and -shm: make the folder writable";
    return new DbError("read-only", `cannot ${doing} ${path} (${said}): ${beside}`, { cause: error });
  }
  return new DbError("unreachable", `cannot ${doing} ${path} (${said})`, { cause });
}
