/** Adds clients until it is killed, and tells the id and key of each only once it was acknowledged. */
import { openDatabase } from "./database.ts";

const db = await openDatabase();
for (;;) {
  const { client, secrets } = await db.addClient();
  process.send?.({ id: client.id, accessKey: secrets.accessKey });
}
