/** When a client was seen: only ever forward, and never a change that anybody has to hear of. */
import assert from "node:assert/strict";
import { failsWith } from "../bed/failures.ts";
import { recordText } from "../bed/records.ts";
import type { TestBed } from "../bed/test-bed.ts";

export function touches({ plugin, test, testOn }: TestBed): void {
  test("a touch moves lastSeen forward, to the fraction of a second", async (store) => {
    const db = await store.open();
    const { client } = await db.addClient();

    await db.touch(1, 1755264536.482113);

    assert.deepEqual(await db.getClient(1), { ...client, lastSeen: 1755264536.482113 });
  });

  test("a touch without a time is one of now", async (store) => {
    const db = await store.open();
    await db.addClient();
    const before = Date.now() / 1000;

    await db.touch(1);

    const lastSeen = (await db.getClient(1))?.lastSeen ?? 0;
    assert.ok(lastSeen >= before && lastSeen <= Date.now() / 1000, `lastSeen is ${lastSeen}`);
  });

  test("a touch never moves lastSeen back", async (store) => {
    const [db, other] = [await store.open(), await store.open()];
    await db.addClient();
    await db.touch(1, 2000);

    await db.touch(1, 1000);
    await other.touch(1, 1999.5);
    assert.equal((await db.getClient(1))?.lastSeen, 2000);

    await Promise.all([3, 5, 1, 4, 2].map((later) => other.touch(1, 2000 + later)));
    assert.equal((await db.getClient(1))?.lastSeen, 2005);
  });

  test("a touch of nobody, or of a tombstone, leaves no trace", async (store) => {
    const db = await store.open();
    await db.addClients([{}, {}]);
    const revoked = await db.revokeClient(2);

    await db.touch(2, 1000);
    await db.touch(3, 1000);

    assert.deepEqual(await db.getClient(2), revoked);
    assert.equal(await db.getClient(3), undefined);
    assert.equal((await db.addClient()).client.id, 3);
  });

  test("many clients are touched at once, each at its time", async (store) => {
    const backend = await store.backend();
    const db = await store.open();
    await db.addClients([{}, {}, { lastSeen: 5000 }]);

    await backend.touch(
      new Map([
        [1, 1000],
        [2, 2000],
        [3, 3000],
        [99, 1],
      ]),
    );

    const seen = await Promise.all([1, 2, 3].map(async (id) => (await db.getClient(id))?.lastSeen));
    assert.deepEqual(seen, [1000, 2000, 5000]);
  });

  test("a touch of a time that cannot be is refused", async (store) => {
    const db = await store.open();
    const { client } = await db.addClient();

    for (const at of [-1, Number.NaN, Number.POSITIVE_INFINITY]) await failsWith("invalid", db.touch(1, at));

    assert.deepEqual(await db.getClient(1), client);
  });

  test("a touch is not a change: no feed tells of it", async (store) => {
    const backend = await store.backend();
    const db = await store.open();
    await db.addClients([{}, {}]);
    const [own, other] = [await store.feed(backend), await store.feed()];

    await backend.touch(new Map([[1, 1000]]));
    await db.touch(1, 2000);

    for (const feed of [own, other]) {
      await feed.catchUp();
      assert.deepEqual(feed.deliveries, []);
    }
    await db.updateClient(2, { name: "changed" });
    for (const feed of [own, other]) {
      await feed.catchUp();
      assert.equal(feed.heardOf(2), true);
    }
  });

  const seen = [["1", recordText(1, { last_seen: 1000 })]] as const;
  testOn({ schema: 2, records: seen }, "a touch counts from what another program has seen", async (store) => {
    const db = await store.open();

    await db.touch(1, 999);
    assert.equal((await db.getClient(1))?.lastSeen, 1000);

    await db.touch(1, 1001);
    assert.equal((await db.getClient(1))?.lastSeen, 1001);
  });

  if (plugin.capabilities.durability) {
    test("touches of two processes leave the later time", async (store) => {
      const [other, db] = [await store.otherProcess(), await store.open()];
      await db.addClient();

      await Promise.all([other.call("touch", 1, 2000), db.touch(1, 1000), other.call("touch", 1, 1500)]);

      assert.equal((await db.getClient(1))?.lastSeen, 2000);
    });
  }
}
