/** The stores that Python hubs left behind: read as they are, and upgraded by a write or by `migrate`. */
import assert from "node:assert/strict";
import { collect } from "../bed/collect.ts";
import { failsWith } from "../bed/failures.ts";
import { readEverything } from "../bed/read-everything.ts";
import type { TestBed } from "../bed/test-bed.ts";
import type { TestStore } from "../bed/test-store.ts";
import type { ClientDatabase } from "../../database/client-database.ts";
import { isJsonObject } from "../../json.ts";
import { CLIENTS, SCHEMA_1, SCHEMA_2 } from "../seeds/schemas.ts";

/**
 * By `migrate` where the backend has it, else by a write. Answers whom it concerns: client 2 had messages
 * blacklisted, which schema 2 has no place for, and 2 and 9 have no allowed type, which now denies.
 */
async function upgrade(store: TestStore, db: ClientDatabase): Promise<readonly number[]> {
  const backend = await store.backend();
  if (backend.migrate === undefined) {
    await db.addClient();
    return store.notices
      .filter(({ code }) => code === "migrated")
      .flatMap(({ clientIds }) => clientIds ?? []);
  }
  const { droppedMessageBlacklist, emptyAllowedTypes } = await db.migrate();
  return [...new Set([...droppedMessageBlacklist, ...emptyAllowedTypes])];
}

/** Nothing of schema 1 stands in any record, and every client is what it was. */
async function assertUpgraded(store: TestStore, db: ClientDatabase): Promise<void> {
  assert.equal(db.info().schema, 2);
  assert.deepEqual((await collect(db.listClients())).slice(0, CLIENTS.length), CLIENTS);
  const backend = await store.backend();
  for (const { record } of (await collect(backend.list())).flat()) {
    for (const field of ["intent_blacklist", "skill_blacklist", "message_blacklist"]) {
      assert.equal(Object.hasOwn(record ?? {}, field), false, `${field} is still a field of its own`);
    }
    const metadata = record?.["metadata"];
    assert.equal(isJsonObject(metadata) && Object.hasOwn(metadata, "message_blacklist"), false);
  }
}

export function schemas({ testOn }: TestBed): void {
  for (const seed of [SCHEMA_1, SCHEMA_2]) {
    testOn(seed, `the clients of schema ${seed.schema} mean what they meant to their hub`, async (store) => {
      const db = await store.open({ create: false });

      assert.equal(db.info().schema, seed.schema);
      assert.deepEqual(await collect(db.listClients()), CLIENTS);
      for (const client of CLIENTS) assert.deepEqual(await db.getClient(client.id), client);
      const verdict = await db.authenticate({ accessKey: "satellite-key" });
      assert.deepEqual(verdict, { allowed: true, client: CLIENTS[0] });
      assert.deepEqual(await db.findByName("kitchen"), [CLIENTS[0]]);
      assert.deepEqual(await db.secrets(1), {
        accessKey: "satellite-key",
        password: "correct horse",
        cryptoKey: "f46351c54f61a715",
        secretMetadata: {},
      });
    });

    testOn(seed, `reading a store of schema ${seed.schema} changes nothing in it`, async (store) => {
      const before = await store.snapshot();
      const db = await store.open({ create: false });

      await readEverything(db);
      await db.close();

      assert.deepEqual(await store.snapshot(), before);
    });

    testOn(
      seed,
      `writing to a store of schema ${seed.schema} leaves the other clients what they were`,
      async (store) => {
        const db = await store.open({ create: false });

        const { client } = await db.addClient();
        const changed = await db.updateClient(9, { name: "changed" });

        const expected = [...CLIENTS.slice(0, -1), { ...CLIENTS.at(-1), name: "changed" }, client];
        assert.deepEqual(await collect(db.listClients()), expected);
        assert.equal(client.id, 10);
        assert.equal(changed.name, "changed");
      },
    );
  }

  testOn(
    SCHEMA_1,
    "an upgrade says which clients lost a blacklist or may send nothing now",
    async (store) => {
      const db = await store.open({ create: false });

      const concerned = await upgrade(store, db);

      assert.deepEqual(concerned, [2, 9]);
      await assertUpgraded(store, db);
    },
  );

  testOn(SCHEMA_1, "what has been upgraded is not upgraded again", async (store) => {
    await upgrade(store, await store.open({ create: false }));
    store.notices.length = 0;
    const again = await store.open({ create: false });

    const concerned = await upgrade(store, again);

    assert.deepEqual(concerned, []);
    await assertUpgraded(store, again);
  });

  testOn(
    { ...SCHEMA_2, schema: 3 },
    "a store of a later release is refused and left alone",
    async (store) => {
      const before = await store.snapshot();

      await failsWith("newer-schema", store.database({ create: false }).open());
      await failsWith("newer-schema", store.database({ create: true }).open());

      assert.deepEqual(await store.snapshot(), before);
    },
  );
}
