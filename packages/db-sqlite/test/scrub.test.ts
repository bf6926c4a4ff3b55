/** A secret that was sealed, replaced or revoked is not in any byte of the store's files any more. */
import { execFileSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import Database from "better-sqlite3";
import { createDatabase } from "@hivemind/db-core";
import type { ClientDatabase, SealOptions } from "@hivemind/db-core";
import { expect, test } from "vitest";
import plugin from "../src/plugin.ts";
import { hub } from "./support/hub.ts";
import type { Hub } from "./support/hub.ts";
import { makeHubFile } from "./support/python-hub.ts";

const OLD = "canary-of-an-old-password";
const CLIENTS = 1000;
const STORE = { name: "clients", subfolder: "hivemind-core" };
const EXISTING = { fileMustExist: true, timeout: 0 };
const seal = { key: "a1".repeat(32) };

/** With text enough that deleted rows leave whole pages free. */
async function pythonHub(): Promise<Hub> {
  const home = hub();
  const records = Array.from({ length: CLIENTS }, (_, i) => {
    const record = { client_id: i + 1, api_key: `key-${i + 1}`, password: OLD.repeat(4), metadata: {} };
    return [String(i + 1), JSON.stringify(record)] as const;
  });
  await makeHubFile(home.path(), undefined, 2, records);
  return home;
}

async function open(keys?: SealOptions): Promise<ClientDatabase> {
  const db = createDatabase(plugin, STORE, { create: true, seal: keys });
  await db.open();
  return db;
}

/** By another process: closing a file that SQLite has open would drop its locks in this one. */
function filesWith(home: Hub, secret: string): readonly string[] {
  return readdirSync(home.folder).filter((name) =>
    execFileSync("cat", [join(home.folder, name)], { maxBuffer: 1 << 28 }).includes(secret),
  );
}

test("a rekey leaves nothing in the clear, not even what a Python hub has left in free pages", async () => {
  const home = await pythonHub();
  const python = new Database(home.path(), { ...EXISTING, readonly: false });
  python.exec("PRAGMA secure_delete = OFF; DELETE FROM clients WHERE client_id > 20");
  python.close();
  await using node = await open(seal);
  expect(await node.secrets(1)).toMatchObject({ password: OLD.repeat(4) });
  expect(filesWith(home, OLD)).not.toEqual([]);

  const { clients, leftIn } = await node.rekey();

  expect({ clients, leftIn }).toEqual({ clients: 20, leftIn: [] });
  expect(filesWith(home, OLD)).toEqual([]);
  expect(await node.secrets(20)).toMatchObject({ password: OLD.repeat(4) });
});

test("a replaced password and those of a revoked client are gone from the files at once", async () => {
  const home = hub();
  await using node = await open();
  await node.addClient({ password: OLD });
  await node.addClient({ password: `${OLD}-2`, cryptoKey: "canary-16-crypto" });
  expect(filesWith(home, OLD)).not.toEqual([]);

  await node.updateClient(1, { password: "another one" });
  await node.revokeClient(2);

  expect(filesWith(home, OLD)).toEqual([]);
  expect(filesWith(home, "canary-16-crypto")).toEqual([]);
  expect(filesWith(home, "another one")).not.toEqual([]);
});

test("so are secrets of a client's metadata, and of node state", async () => {
  const home = hub();
  await using node = await open();
  const state = node.state("shared", "test");
  await node.addClient({ secretMetadata: { token: OLD } });
  await state.setSecret("key", `${OLD}-2`);
  expect(filesWith(home, OLD)).not.toEqual([]);

  await node.updateClient(1, { secretMetadata: { token: "another one" } });
  await state.setSecret("key", "yet another one");

  expect(filesWith(home, OLD)).toEqual([]);
  expect(filesWith(home, "yet another one")).not.toEqual([]);
});

test("where a program keeps the log in use, a rekey says that secrets may be left in it", async () => {
  const home = hub();
  await using node = await open(seal);
  await node.addClient({ password: OLD });
  const reader = new Database(home.path(), { ...EXISTING, readonly: true });
  reader.exec("BEGIN; SELECT * FROM clients");
  await using impatient = createDatabase(plugin, { ...STORE, busyTimeoutMs: 50 }, { seal });
  await impatient.open();

  const held = await impatient.rekey();
  reader.close();
  const free = await impatient.rekey();

  expect(held.leftIn).toContain(`${home.path()}-wal`);
  expect(free.leftIn).toEqual([]);
});

test("the copy from before an upgrade is named", async () => {
  const home = hub("v1");
  await using node = await open(seal);

  const { clients, leftIn } = await node.rekey();

  expect(clients).toBeGreaterThan(0);
  expect(leftIn).toEqual([`${home.path()}.schema-1.bak`]);
});
