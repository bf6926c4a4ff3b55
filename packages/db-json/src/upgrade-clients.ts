/** From schema 1 to 2: every record anew, and the file as it was kept beside it. */
import { readFile } from "node:fs/promises";
import { migrationReport, upgradeRecord } from "@hivemind/db-core/backend";
import type { MigrationReport, RecordTable, StoredRecord } from "@hivemind/db-core/backend";
import { entriesOf, parseClients } from "./clients-file.ts";
import { replaceFile } from "./durable-file.ts";
import type { FileCodec } from "./file-codec.ts";
import type { RealFiles } from "./store-files.ts";

/** Every record in the current schema, with the changed ones as they are to be. Unreadable ones stay. */
export function upgraded(
  table: RecordTable,
  records: ReadonlyMap<number, StoredRecord>,
): ReadonlyMap<number, StoredRecord> {
  const all = new Map(records);
  for (const { record: stored } of table.entries()) {
    if (stored === undefined) continue;
    const record = records.get(stored.client_id) ?? stored;
    const next = upgradeRecord(record);
    if (next !== record) all.set(stored.client_id, next);
  }
  return all;
}

/** Backs the clients up as they were in schema 1, and tells what of them the upgrade changes. */
export async function backUpBefore(
  real: RealFiles,
  table: RecordTable,
  codec: FileCodec,
): Promise<MigrationReport> {
  const before = await readIfThere(real.backup);
  const isOld = [...table.entries()].some(({ record }) => record && upgradeRecord(record) !== record);
  if (before !== undefined && !isOld) {
    // An upgrade that was cut off before the marker: the clients are upgraded, only their backup is as they were.
    return migrationReport(entriesOf(parseClients(real.backup, codec, before)), real.backup);
  }
  const bytes = await readFile(real.clients);
  const path = before === undefined || before.equals(bytes) ? real.backup : `${real.backup}.${Date.now()}`;
  if (before?.equals(bytes) !== true) await replaceFile(path, bytes, real.clients);
  return migrationReport(table.entries(), path);
}

async function readIfThere(path: string): Promise<Buffer | undefined> {
  try {
    return await readFile(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}
