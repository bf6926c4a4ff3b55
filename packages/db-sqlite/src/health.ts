import { accessSync, constants } from "node:fs";
import { dirname } from "node:path";
import { isDbError } from "@hivemind/db-core/backend";
import type { Health } from "@hivemind/db-core/backend";
import type { CommitterParts } from "./committer.ts";
import type { Snapshot } from "./reader.ts";

type Read = <T>(read: (snapshot: Snapshot) => T) => Promise<T>;

export async function storeHealth({ connector, settings }: CommitterParts, read: Read): Promise<Health> {
  const { path, encrypted } = connector;
  const details = { path, encrypted, synchronous: settings.synchronous };
  try {
    const found = await read(({ layout, clients }) => ({
      schema: layout.schema,
      records: clients?.count() ?? 0,
    }));
    return {
      ok: true,
      message: `${path} can be read`,
      details: { ...details, ...found, writable: isWritable(path) },
    };
  } catch (error) {
    if (!isDbError(error)) throw error;
    return { ok: false, message: error.message, details: { ...details, code: error.code } };
  }
}

/** As far as the file system says. */
function isWritable(path: string): boolean {
  try {
    accessSync(dirname(path), constants.W_OK);
    accessSync(path, constants.W_OK);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "ENOENT";
  }
}
