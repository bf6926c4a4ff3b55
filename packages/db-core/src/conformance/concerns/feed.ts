/** Every change by anyone reaches every feed, and `provenAt` never says so before it has. */
import assert from "node:assert/strict";
import type { FeedLog } from "../bed/feed-log.ts";
import type { TestBed } from "../bed/test-bed.ts";
import type { ClientDatabase } from "../../database/client-database.ts";

const CHANGES: { readonly [what: string]: (db: ClientDatabase) => Promise<unknown> } = {
  "a new client": (db) => db.addClient(),
  "a changed field": (db) => db.updateClient(3, { description: "changed" }),
  "a permission that was taken away": (db) => db.updateClient(3, { allowedTypes: [] }),
  "a new access key": (db) => db.updateClient(3, { accessKey: "changed" }),
  "a new secret": (db) => db.updateClient(3, { password: "changed" }),
  "a revocation": (db) => db.revokeClient(3),
};

/** Where the change lands: the third client, whether it is there already or is the next to be added. */
async function prepare(db: ClientDatabase, what: string): Promise<void> {
  await db.addClients(what === "a new client" ? [{}, {}] : [{}, {}, { allowedTypes: ["speak"] }]);
}

async function assertHeard(feeds: readonly FeedLog[], id: number): Promise<void> {
  for (const each of feeds) {
    await each.catchUp();
    assert.equal(
      each.heardOf(id),
      true,
      `the change of client ${id} was proven to be delivered, and was not`,
    );
  }
}

export function feed({ plugin, test }: TestBed): void {
  for (const [what, change] of Object.entries(CHANGES)) {
    test(`${what} reaches the feeds of every handle`, async (store) => {
      const db = await store.open();
      await prepare(db, what);
      const feeds = [await store.feed(), await store.feed()];

      await change(db);

      await assertHeard(feeds, 3);
    });
  }

  test("a change reaches the feed of the handle that made it", async (store) => {
    const backend = await store.backend();
    const db = await store.open();
    await db.addClient();
    const own = await store.feed(backend);

    await backend.update(1, (now) => ({ ...now, description: "changed" }));

    await assertHeard([own], 1);
  });

  test("all of a batch reaches the feed", async (store) => {
    const db = await store.open();
    const heard = await store.feed();

    const added = await db.addClients([{}, { id: 50 }, {}]);

    for (const { client } of added) await assertHeard([heard], client.id);
  });

  test("what was acknowledged before a proven moment has been delivered, every time", async (store) => {
    const db = await store.open();
    await db.addClients(Array.from({ length: 5 }, () => ({})));
    const heard = await store.feed();

    for (const id of [3, 1, 5, 2, 4]) {
      await db.updateClient(id, { name: "changed" });
      await assertHeard([heard], id);
    }
  });

  test("provenAt is never ahead of the clock and never goes back", async (store) => {
    const db = await store.open();
    const heard = await store.feed();
    let last = heard.provenAt();

    for (let i = 0; i < 5; i += 1) {
      await db.addClient();
      const proven = heard.provenAt();
      assert.ok(proven <= performance.now(), "provenAt is a moment that has not come yet");
      assert.ok(proven >= last, "provenAt went back");
      last = proven;
    }
  });

  test("two feeds of one handle hear the same, and one that is closed hears nothing more", async (store) => {
    const backend = await store.backend();
    const db = await store.open();
    const [stays, leaves] = [await store.feed(backend), await store.feed(backend)];
    await db.addClient();
    await assertHeard([stays, leaves], 1);

    await leaves.close();
    const heard = leaves.deliveries.length;
    await db.addClient();

    await assertHeard([stays], 2);
    assert.equal(leaves.deliveries.length, heard, "a feed that is closed has heard something");
  });

  if (plugin.capabilities.durability) {
    test("changes of another process reach the feed, and its touches do not", async (store) => {
      const [other, db] = [await store.otherProcess(), await store.open()];
      await db.addClients([{}, {}, {}]);
      const heard = await store.feed();

      await other.call("touch", 3, 1000);
      await heard.catchUp();
      assert.deepEqual(heard.deliveries, []);

      await other.call("update", 1, { name: "changed" });
      await assertHeard([heard], 1);
      await other.call("revoke", 2);
      await assertHeard([heard], 2);
      await other.call("addBatch", [{}, {}]);
      await assertHeard([heard], 5);
    });
  }
}
