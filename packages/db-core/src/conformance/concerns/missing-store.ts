/** No store is an error, and never an empty one. */
import assert from "node:assert/strict";
import { collect } from "../bed/collect.ts";
import { failsWith } from "../bed/failures.ts";
import type { TestBed } from "../bed/test-bed.ts";
import { SCHEMA_2 } from "../seeds/schemas.ts";
import type { ClientDatabase } from "../../database/client-database.ts";

const OPERATIONS: readonly ((db: ClientDatabase) => Promise<unknown>)[] = [
  (db) => db.getClient(1),
  (db) => db.findByName("name"),
  (db) => collect(db.listClients()),
  (db) => db.secrets(1),
  (db) => db.authenticate({ accessKey: "key" }),
  (db) => db.authorize(1, { do: "escalate" }),
  (db) => db.updateClient(1, { name: "other" }),
  (db) => db.revokeClient(1),
  (db) => db.touch(1),
  (db) => db.addClient(),
  (db) => db.state("shared", "test").get("key"),
  (db) => db.state("shared", "test").set("key", 1),
];

export function missingStore({ plugin, test, testOn }: TestBed): void {
  test("a store that is not there does not open, and is not made by trying", async (store) => {
    const db = store.database({ create: false });
    const before = await store.snapshot();

    await failsWith("missing-store", db.open());

    assert.deepEqual(await store.snapshot(), before);
    assert.equal((await db.health()).ok, false);
  });

  test("with create, the store is made by the first write and not by opening or reading", async (store) => {
    const before = await store.snapshot();
    const creator = await store.open({ create: true });
    assert.deepEqual(await collect(creator.listClients()), []);
    assert.equal((await creator.authenticate({ accessKey: "key" })).allowed, false);
    assert.equal((await creator.health()).ok, true);
    assert.deepEqual(await store.snapshot(), before);

    await creator.addClient();

    const db = await store.open({ create: false });
    assert.equal((await collect(db.listClients())).length, 1);
  });

  test("an entry of a node's state makes the store too", async (store) => {
    const creator = await store.open();
    await creator.state("shared", "test").set("key", 1);

    const db = await store.open({ create: false });

    assert.equal(await db.state("shared", "test").get("key"), 1);
    assert.deepEqual(await collect(db.listClients()), []);
  });

  test("the store gets its id with the first write, and keeps it", async (store) => {
    const [db, other] = [await store.open(), await store.open()];
    assert.equal(db.info().storeId, undefined);

    await db.addClient();

    const { storeId } = db.info();
    assert.match(storeId ?? "", /./);
    await other.addClient();
    assert.equal(other.info().storeId, storeId);
    await db.close();
    await db.open();
    assert.equal(db.info().storeId, storeId);
  });

  testOn(
    { schema: 2, records: [] },
    "a store without a client and without our id is missing",
    async (store) => {
      await failsWith("missing-store", store.database({ create: false }).open());

      const db = await store.open({ create: true });
      assert.equal((await db.addClient()).client.id, 1);
    },
  );

  if (plugin.hasStore !== undefined) {
    test("whether there is a store can be asked without opening it", async (store) => {
      assert.equal(await store.isThere(), false);
      const db = await store.open();
      assert.equal(await store.isThere(), false);

      await db.addClient();

      assert.equal(await store.isThere(), true);
    });

    testOn(SCHEMA_2, "the store of a Python hub is one", async (store) => {
      assert.equal(await store.isThere(), true);
    });
  }

  if (plugin.capabilities.durability) {
    test("a store that vanishes is missing for every call, not empty", async (store) => {
      const creator = await store.open();
      await creator.addClient({ accessKey: "key", name: "name" });
      await creator.close();
      const db = await store.open({ create: false });
      assert.equal((await db.authenticate({ accessKey: "key" })).allowed, true);

      await store.destroy();

      for (const operation of OPERATIONS) await failsWith("missing-store", operation(db));
      const health = await db.health();
      assert.equal(health.ok, false);
    });
  }
}
