/** A write that may or may not have happened is repeated with its token, and not done twice. */
import assert from "node:assert/strict";
import { collect } from "../bed/collect.ts";
import { failsWith } from "../bed/failures.ts";
import { draft } from "../bed/records.ts";
import type { TestBed } from "../bed/test-bed.ts";

export function tokens({ test }: TestBed): void {
  test("the same token again answers what was added then, and adds nobody", async (store) => {
    const db = await store.open();
    const first = await db.addClients([{ name: "a" }, { name: "b" }], { token: "token" });
    const before = await store.snapshot();

    const second = await db.addClients([{ name: "a" }, { name: "b" }], { token: "token" });

    assert.deepEqual(second, first);
    assert.deepEqual(await store.snapshot(), before);
    assert.equal((await collect(db.listClients())).length, 2);
  });

  test("the same token at once adds one client", async (store) => {
    const db = await store.open();

    const [first, second] = await Promise.all([
      db.addClient({ accessKey: "key" }, { token: "token" }),
      db.addClient({ accessKey: "key" }, { token: "token" }),
    ]);

    assert.deepEqual(second, first);
    assert.equal((await collect(db.listClients())).length, 1);
  });

  test("the same token again tells no feed", async (store) => {
    const backend = await store.backend();
    await backend.insert([draft({ api_key: "key" })], "token");
    const feed = await store.feed();

    const [record] = await backend.insert([draft({ api_key: "key" })], "token");

    await feed.catchUp();
    assert.equal(record?.client_id, 1);
    assert.deepEqual(feed.deliveries, []);
  });

  test("another token adds another client", async (store) => {
    const db = await store.open();

    const first = await db.addClient({}, { token: "token-1" });
    const second = await db.addClient({}, { token: "token-2" });
    const third = await db.addClient();

    assert.deepEqual(
      [first, second, third].map(({ client }) => client.id),
      [1, 2, 3],
    );
  });

  test("the token of an add that failed can be used again", async (store) => {
    const db = await store.open();
    await db.addClient({ accessKey: "taken" });
    await failsWith("duplicate-key", db.addClient({ accessKey: "taken" }, { token: "token" }));

    const { client } = await db.addClient({ accessKey: "free" }, { token: "token" });

    assert.equal(client.id, 2);
    assert.equal((await db.authenticate({ accessKey: "free" })).allowed, true);
  });
}
