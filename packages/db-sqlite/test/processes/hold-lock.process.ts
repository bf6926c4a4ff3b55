/** Begins a transaction, runs statements in it, says so, and never ends it. */
import { DatabaseSync } from "node:sqlite";

const [path = "", how = "IMMEDIATE", ...statements] = process.argv.slice(2);
const db = new DatabaseSync(path, { timeout: 5000 });
// What does not fit is written to the file before the commit.
db.exec("PRAGMA cache_size = 2");
db.exec(`BEGIN ${how}`);
for (const statement of statements) db.exec(statement);
process.send?.({ holding: db.location() });
process.on("message", () => db.exec("ROLLBACK"));
