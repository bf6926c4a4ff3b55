/** A rekey on a disk that has no room for a copy of the store. */
import { closeSync, openSync, truncateSync, writeSync } from "node:fs";
import { dirname, join } from "node:path";
import { createDatabase } from "@hivemind/db-core";
import plugin from "../../src/plugin.ts";

const CLIENTS = 2000;
const LEFT_BYTES = 256 * 1024;

const options = { name: "clients", subfolder: "hivemind-core" };
const db = createDatabase(plugin, options, { create: true, seal: { key: "a1".repeat(32) } });
await db.open();
for (let made = 0; made < CLIENTS; made += 1000)
  await db.addClients(Array.from({ length: 1000 }, (_, i) => ({ accessKey: `key-${made + i}` })));
await db.rekey();
fillDisk(join(dirname(db.info().location), "filler"));

const { leftIn } = await db.rekey();

const { allowed } = await db.authenticate({ accessKey: "key-1999" });
process.stdout.write(JSON.stringify({ leftIn, allowed }));
await db.close();

function fillDisk(path: string): void {
  const file = openSync(path, "w");
  const chunk = Buffer.alloc(64 * 1024);
  let bytes = 0;
  try {
    for (;;) bytes += writeSync(file, chunk);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOSPC") throw error;
  } finally {
    closeSync(file);
  }
  truncateSync(path, bytes - LEFT_BYTES);
}
