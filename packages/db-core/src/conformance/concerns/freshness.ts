/** What another handle or process has changed is seen within the bound that the store guarantees. */
import assert from "node:assert/strict";
import { setTimeout as delay } from "node:timers/promises";
import type { TestBed } from "../bed/test-bed.ts";
import type { ClientDatabase } from "../../database/client-database.ts";

/** Where nothing is guaranteed, the change still has to be seen some time. */
const UNBOUNDED_MS = 4000;

async function seenInTime(db: ClientDatabase, isSeen: () => Promise<boolean>): Promise<void> {
  const bound = db.info().guarantees.freshWithinMs;
  const end = performance.now() + (bound ?? UNBOUNDED_MS);
  while (!(await isSeen())) {
    assert.ok(
      performance.now() < end,
      `a change made elsewhere was not seen within ${bound ?? UNBOUNDED_MS} ms`,
    );
    await delay(1);
  }
}

export function freshness({ plugin, test }: TestBed): void {
  test("a client that another handle added can connect", async (store) => {
    const [db, other] = [await store.open(), await store.open()];
    assert.equal((await db.authenticate({ accessKey: "key" })).allowed, false);

    await other.addClient({ accessKey: "key", name: "new" });

    await seenInTime(db, async () => (await db.authenticate({ accessKey: "key" })).allowed);
    await seenInTime(db, async () => (await db.findByName("new")).length === 1);
    await seenInTime(db, async () => (await db.getClient(1)) !== undefined);
  });

  test("a client that another handle revoked is denied", async (store) => {
    const [db, other] = [await store.open(), await store.open()];
    await db.addClient({ accessKey: "key", allowedTypes: ["speak"] });
    assert.equal((await db.authenticate({ accessKey: "key" })).allowed, true);

    await other.revokeClient(1);

    await seenInTime(db, async () => !(await db.authenticate({ accessKey: "key" })).allowed);
    await seenInTime(db, async () => !(await db.authorize(1, { do: "send", messageType: "speak" })).allowed);
  });

  test("a permission that another handle took away is gone", async (store) => {
    const [db, other] = [await store.open(), await store.open()];
    await db.addClient({ canEscalate: true });
    assert.equal((await db.authorize(1, { do: "escalate" })).allowed, true);

    await other.updateClient(1, { canEscalate: false });

    await seenInTime(db, async () => !(await db.authorize(1, { do: "escalate" })).allowed);
  });

  if (plugin.capabilities.durability) {
    test("what another process adds, changes and revokes is seen, in both directions", async (store) => {
      const [other, db] = [await store.otherProcess(), await store.open()];

      await other.call("add", { accessKey: "key", name: "one" });
      await seenInTime(db, async () => (await db.authenticate({ accessKey: "key" })).allowed);
      await other.call("update", 1, { name: "two" });
      await seenInTime(db, async () => (await db.getClient(1))?.name === "two");

      await db.updateClient(1, { name: "three" });
      await seenInTime(db, async () => (await other.call("nameOf", 1)) === "three");
      await db.revokeClient(1);
      await seenInTime(db, async () => !(await other.call("isAllowed", "key")));
    });
  }
}
