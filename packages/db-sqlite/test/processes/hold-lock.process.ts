/** Begins a transaction, says so, and never ends it. */
import { DatabaseSync } from "node:sqlite";

const [path = "", how = "IMMEDIATE"] = process.argv.slice(2);
const db = new DatabaseSync(path, { timeout: 5000 });
db.exec(`BEGIN ${how}`);
process.send?.({ holding: db.location() });
process.on("message", () => db.exec("ROLLBACK"));
