/** Adds a number of clients, one after the other, and ends. */
import { openDatabase } from "./database.ts";

const [name = "", count = "0"] = process.argv.slice(2);
const db = await openDatabase();
for (let i = 0; i < Number(count); i += 1) await db.addClient({ name: `${name}-${i}` });
await db.close();
process.disconnect();
