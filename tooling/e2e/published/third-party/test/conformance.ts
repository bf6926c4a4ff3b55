import { existsSync, mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, test } from "node:test";
import { conformance } from "@hivemind/db-core/conformance";
import type { FreshStore, Seed } from "@hivemind/db-core/conformance";
import plugin from "hivemind-db-node-sqlite";
import type { NodeSqliteOptions } from "hivemind-db-node-sqlite";

conformance({
  describe,
  test,
  plugin,
  module: new URL(import.meta.resolve("hivemind-db-node-sqlite")),
  // A number is the key of the table.
  cannotHold: ["id-beyond-2^53", "key-is-no-id"],
  fresh,
});

async function fresh(seed?: Seed): Promise<FreshStore<NodeSqliteOptions>> {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "node-sqlite-")));
  const path = join(folder, "clients.store");
  if (seed !== undefined) await fill(path, seed);
  return {
    options: { path },
    snapshot: async () => dump(path),
    destroy: async () => rmSync(path),
    copyAt: (copy) => ({ path: copy }),
    dispose: async () => rmSync(folder, { recursive: true }),
  };
}

/** Through the package's own tables, but without an id: as another program left it. */
async function fill(path: string, { schema, records }: Seed): Promise<void> {
  if (!records.every(([key]) => Number.isSafeInteger(Number(key)))) {
    throw new Error("the key of a record is a number");
  }
  const { Tables } = await import(new URL("../dist/tables.js", import.meta.url).href);
  const db = new DatabaseSync(path);
  const tables = new Tables(db);
  db.exec("BEGIN");
  tables.create();
  tables.setMeta("schema", String(schema));
  for (const [key, text] of records) tables.putText(Number(key), text);
  db.exec("COMMIT");
  db.close();
}

/** Every row of every table; `undefined` where there is no file. */
function dump(path: string): unknown {
  if (!existsSync(path)) return undefined;
  const db = new DatabaseSync(path, { readOnly: true });
  try {
    const names = db.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").all();
    return names.map(({ name }) => [name, db.prepare(`SELECT * FROM "${String(name)}"`).all()]);
  } finally {
    db.close();
  }
}
