/** Which kind of file is this? Told by its ending, and by how it begins. */
import { open } from "node:fs/promises";
import { extname } from "node:path";
import { DbError, systemError } from "@hivemind/db-core/backend";
import { BACKUP_FORMAT } from "./backup-format.ts";
import { isStoreFile } from "./store-file.ts";

export type ImportFormat = "csv" | "json" | "backup" | "store";

const SQLITE = "SQLite format 3\0";

export async function formatOf(path: string): Promise<ImportFormat> {
  const head = await headOf(path);
  if (head.includes(`"format":"${BACKUP_FORMAT}"`)) return "backup";
  // Our lists are arrays, Python's stores objects.
  if (/^\s*\[/.test(head)) return "json";
  if (isStoreFile(path)) return "store";
  if (head.startsWith(SQLITE) || /^\s*\{/.test(head)) {
    throw new DbError(
      "invalid",
      `${path} looks like the store of a hub: give it the ending that its backend knows it by (.json, .ejson or .db)`,
    );
  }
  if (extname(path).toLowerCase() === ".csv" || /^[^\n]*access_key/i.test(head)) return "csv";
  throw new DbError(
    "invalid",
    `${path} is none of what can be imported: JSON or CSV of export-clients, a backup, or the store of a hub (.json, .ejson, .db)`,
  );
}

async function headOf(path: string): Promise<string> {
  try {
    const file = await open(path, "r");
    try {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(1024), 0, 1024, 0);
      return buffer.toString("utf8", 0, bytesRead).replace(/^\uFEFF/, "");
    } finally {
      await file.close();
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT")
      throw new DbError("invalid", `there is no file ${path}`);
    throw systemError(error, "read", path);
  }
}
