/** Runs statements on a store as a Python hub does, with an SQLite of its own, and prints the rows of each. */
import { DatabaseSync } from "node:sqlite";
import type { SQLInputValue } from "node:sqlite";

const [path = "", input = "[]"] = process.argv.slice(2);
const statements = JSON.parse(input) as readonly (readonly [sql: string, ...values: SQLInputValue[]])[];

const db = new DatabaseSync(path, { timeout: 5000 });
const rows = statements.map(([sql, ...values]) => db.prepare(sql).all(...values));
db.close();
process.stdout.write(JSON.stringify(rows));
