import type { ClientDatabase } from "../../database/client-database.ts";
import { collect } from "./collect.ts";

/** Every call that only reads. */
export async function readEverything(db: ClientDatabase): Promise<void> {
  db.info();
  for (const { id, name } of await collect(db.listClients())) {
    await db.getClient(id);
    await db.secrets(id);
    await db.findByName(name);
    await db.authorize(id, { do: "send", messageType: "speak" });
  }
  await db.authenticate({ accessKey: "key-1" });
  await db.authenticate({ accessKey: "a key that nobody has" });
  await db.state("shared", "test").get("key");
  await db.state("shared", "test").list();
  await db.health();
  await collect(db.verify());
}
