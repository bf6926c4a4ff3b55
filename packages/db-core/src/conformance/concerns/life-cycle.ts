/** Never opened, opening, open, closing, closed, open again. */
import assert from "node:assert/strict";
import { collect } from "../bed/collect.ts";
import { failsWith } from "../bed/failures.ts";
import type { TestBed } from "../bed/test-bed.ts";
import type { ClientDatabase } from "../../database/client-database.ts";

/** All but `health`, which answers in every state. */
const OPERATIONS: readonly ((db: ClientDatabase) => Promise<unknown>)[] = [
  async (db) => db.info(),
  (db) => db.addClient(),
  (db) => db.addClients([{}, {}]),
  (db) => db.addClients([]),
  (db) => db.getClient(1),
  (db) => db.findByName("name"),
  (db) => collect(db.listClients()),
  (db) => db.secrets(1),
  (db) => db.updateClient(1, { name: "other" }),
  (db) => db.revokeClient(1),
  (db) => db.touch(1),
  (db) => db.authenticate({ accessKey: "key" }),
  (db) => db.authorize(1, { do: "escalate" }),
  (db) => db.state("shared", "test").get("key"),
  (db) => db.state("shared", "test").set("key", 1),
  (db) => db.state("shared", "test").update("key", () => 1),
  (db) => db.state("shared", "test").delete("key"),
  (db) => db.state("shared", "test").list(),
  (db) => collect(db.verify()),
  (db) => db.migrate(),
  (db) => db.backup("/nowhere/copy"),
];

async function assertEverythingIsRefused(db: ClientDatabase): Promise<void> {
  // All are called before the first of them is awaited: the state must not pass meanwhile.
  const health = db.health();
  await Promise.all(OPERATIONS.map((operation) => failsWith("closed", operation(db))));
  const { ok, details } = await health;
  assert.deepEqual({ ok, code: details["code"] }, { ok: false, code: "closed" });
}

export function lifeCycle({ test }: TestBed): void {
  test("a database that was never opened refuses every call", async (store) => {
    const db = store.database();

    assert.equal(db.lifecycle, "closed");
    await assertEverythingIsRefused(db);
    assert.equal(store.openings, 0);
  });

  test("a database that is opening refuses every call", async (store) => {
    const db = store.database();

    const opening = db.open();

    assert.equal(db.lifecycle, "opening");
    await assertEverythingIsRefused(db);
    await opening;
    assert.equal(db.lifecycle, "open");
  });

  test("a database that is closing refuses every call", async (store) => {
    const db = await store.open();

    const closing = db.close();

    assert.equal(db.lifecycle, "closing");
    await assertEverythingIsRefused(db);
    await closing;
  });

  test("a closed database refuses every call", async (store) => {
    const db = await store.open();

    await db.close();

    assert.equal(db.lifecycle, "closed");
    await assertEverythingIsRefused(db);
  });

  test("a database opened again serves what was there", async (store) => {
    const db = await store.open();
    const { client, secrets } = await db.addClient({ name: "kept" });
    await db.close();

    await db.open();

    assert.deepEqual(await db.getClient(client.id), client);
    assert.deepEqual(await db.authenticate(secrets), { allowed: true, client });
  });

  test("calls of open at once open once, and on an open database it does nothing", async (store) => {
    const db = store.database();

    await Promise.all([db.open(), db.open(), db.open()]);
    await db.open();

    assert.equal(store.openings, 1);
    assert.equal(db.lifecycle, "open");
  });

  test("calls of close at once close once, and on a closed database it does nothing", async (store) => {
    const db = await store.open();

    await Promise.all([db.close(), db.close(), db.close()]);
    await db.close();

    assert.equal(db.lifecycle, "closed");
  });

  test("what was asked for last counts: open, then close", async (store) => {
    const db = store.database();

    const opening = db.open();
    await db.close();

    await opening;
    assert.equal(db.lifecycle, "closed");
  });

  test("what was asked for last counts: close, then open", async (store) => {
    const db = await store.open();

    const closing = db.close();
    await db.open();

    await closing;
    assert.equal(db.lifecycle, "open");
    assert.equal(store.openings, 2);
    assert.equal(await db.getClient(1), undefined);
  });

  test("close waits for the calls under way", async (store) => {
    const db = await store.open();

    const adding = db.addClient({ name: "just in time" });
    await db.close();

    const { client } = await adding;
    await db.open();
    assert.deepEqual(await db.getClient(client.id), client);
  });

  test("an opening that fails is reported to all who asked, and can be tried again", async (store) => {
    const db = store.database({ create: false });

    const attempts = [failsWith("missing-store", db.open()), failsWith("missing-store", db.open())];
    await Promise.all(attempts);

    assert.equal(db.lifecycle, "closed");
    const creator = await store.open();
    await creator.addClient();
    await db.open();
    assert.equal(db.lifecycle, "open");
  });

  test("leaving its scope closes a database", async (store) => {
    const db = await store.open();

    await db[Symbol.asyncDispose]();

    assert.equal(db.lifecycle, "closed");
  });

  test("a list that nobody goes on with does not hold up close", async (store) => {
    const db = await store.open();
    await db.addClients([{}, {}]);
    const list = db.listClients()[Symbol.asyncIterator]();
    await list.next();

    await db.close();

    assert.equal(db.lifecycle, "closed");
  });

  test("a list that outlives its database ends with the error closed", async (store) => {
    const db = await store.open();
    await db.addClients([{}, {}]);
    const list = db.listClients();
    await list[Symbol.asyncIterator]().next();
    await db.close();
    await db.open();

    await failsWith("closed", collect(list));
  });
}
