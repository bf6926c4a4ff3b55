import { isDbError } from "@hivemind/db-core/backend";
import type { Health } from "@hivemind/db-core/backend";
import type { JsonStore } from "./json-backend.ts";

export async function fileHealth({ clients, files }: JsonStore): Promise<Health> {
  const details = { encrypted: files.clients.endsWith(".ejson") };
  try {
    await clients.refresh();
  } catch (error) {
    if (!isDbError(error)) throw error;
    return { ok: false, message: error.message, details: { ...details, code: error.code } };
  }
  const records = clients.table.ids().length;
  return { ok: true, message: `${files.clients} can be read`, details: { ...details, records } };
}
