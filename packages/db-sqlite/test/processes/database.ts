/** A database in a process of its own, on the built packages. */
import { createDatabase } from "@hivemind/db-core";
import type { ClientDatabase } from "@hivemind/db-core";
import plugin from "@hivemind/db-sqlite";

export async function openDatabase(): Promise<ClientDatabase> {
  const password = process.env["HIVEMIND_TEST_PASSWORD"];
  const db = createDatabase(
    plugin,
    { name: "clients", subfolder: "hivemind-core", password },
    { create: true },
  );
  await db.open();
  return db;
}
