/** Making a store: it is there as a whole, flushed to the disk, or not at all. */
import { randomBytes } from "node:crypto";
import { closeSync, fsyncSync, linkSync, openSync, renameSync, rmSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { createFile, flushFolder, ownershipOf, SCHEMA } from "@hivemind/db-core/backend";
import { CREATE_CLIENTS } from "./columns.ts";
import type { Connector } from "./connector.ts";
import type { Connection } from "./driver.ts";
import { identityOf } from "./held-files.ts";
import { SALT_BYTES } from "./store-key.ts";
import { completeOwnTables } from "./upgrade-store.ts";

/** Makes an empty store with an id of its own. Where there is one by then, that one stays. */
export async function makeStore(connector: Connector): Promise<void> {
  const temporary = newFileBeside(connector.path, connector.path);
  try {
    const connection = await connector.connectNew(temporary, randomBytes(SALT_BYTES));
    try {
      connection.exec("PRAGMA synchronous = FULL");
      connection.exec("BEGIN");
      createTables(connection);
      connection.exec("COMMIT");
      // It stays in the file: every program that opens it uses a write-ahead log.
      connection.exec("PRAGMA journal_mode = WAL");
    } finally {
      connection.close();
    }
    publish(temporary, connector.path);
  } finally {
    rmSync(temporary, { force: true });
  }
  await flushFolder(dirname(connector.path));
}

function createTables(connection: Connection): void {
  connection.exec(CREATE_CLIENTS);
  completeOwnTables(connection);
  connection.exec(`PRAGMA user_version = ${SCHEMA}`);
}

/** An empty file in the same folder, with the mode and owner that `path` is to have. */
export function newFileBeside(path: string, like: string): string {
  const temporary = join(dirname(path), `.${basename(path)}.${randomBytes(6).toString("hex")}.tmp`);
  createFile(temporary, ownershipOf(path, like));
  return temporary;
}

/** Gives a finished file its name, unless that is taken: answers whether it was free. */
export function publish(temporary: string, path: string): boolean {
  flush(temporary);
  try {
    linkSync(temporary, path);
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "EEXIST") return false;
    // FAT and some network file systems have no links; between these two steps somebody could come first.
    if (identityOf(path) !== undefined) return false;
    renameSync(temporary, path);
    return true;
  }
}

function flush(path: string): void {
  const file = openSync(path, "r");
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}
