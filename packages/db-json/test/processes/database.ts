/** A database in a process of its own, on the built packages. */
import { createDatabase } from "@hivemind/db-core";
import type { ClientDatabase } from "@hivemind/db-core";
import plugin from "@hivemind/db-json";

export async function openDatabase(): Promise<ClientDatabase> {
  const db = createDatabase(plugin, { name: "clients", subfolder: "hivemind-core" }, { create: true });
  await db.open();
  return db;
}
