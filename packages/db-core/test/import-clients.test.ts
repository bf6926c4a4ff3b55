import { expect, test } from "vitest";
import { createDatabase } from "../src/database/create-database.ts";
import { importClients } from "../src/database/import-clients.ts";
import memory, { MemoryStore } from "../src/memory/plugin.ts";

async function emptyDatabase() {
  const database = createDatabase(memory, { store: new MemoryStore() }, { create: true });
  await database.open();
  return database;
}

function* drafts(count: number) {
  for (let i = 1; i <= count; i += 1) yield { name: `client ${i}`, accessKey: `key ${i}` };
}

test("a large import is many batches, and tells how far it is", async () => {
  const database = await emptyDatabase();
  const progress: number[] = [];

  const added = await importClients(database, drafts(2500), { onProgress: (now) => progress.push(now) });

  expect([added, progress]).toEqual([2500, [1000, 2000, 2500]]);
  const clients = await Array.fromAsync(database.listClients());
  expect(clients.map(({ id, name }) => [id, name]).at(-1)).toEqual([2500, "client 2500"]);
});

test("a batch that fails leaves those before it, and nothing of itself", async () => {
  const database = await emptyDatabase();
  await database.addClient({ accessKey: "key 1500" });
  const progress: number[] = [];

  const importing = importClients(database, drafts(2500), { onProgress: (now) => progress.push(now) });

  await expect(importing).rejects.toMatchObject({ code: "duplicate-key", clientIds: [1] });
  expect(progress).toEqual([1000]);
  expect(await Array.fromAsync(database.listClients())).toHaveLength(1001);
});

test("nothing to import is no write", async () => {
  const database = await emptyDatabase();

  expect(await importClients(database, [])).toBe(0);
  expect(database.info().storeId).toBeUndefined();
});
