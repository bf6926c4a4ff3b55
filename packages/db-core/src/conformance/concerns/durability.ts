/** What was acknowledged is there, whatever becomes of who wrote it. */
import assert from "node:assert/strict";
import { setTimeout as delay } from "node:timers/promises";
import { collect } from "../bed/collect.ts";
import type { TestBed } from "../bed/test-bed.ts";
import type { ClientId } from "../../client.ts";

/** Enough calls to be killed amid them. */
const CALLS = 50;
const ACKNOWLEDGED = 10;
const BATCH = 50;

export function durability({ plugin, test }: TestBed): void {
  if (!plugin.capabilities.durability) {
    test("a store that is not durable says that it survives nothing", async (store) => {
      const db = await store.open();
      await db.addClient();

      assert.equal(db.info().guarantees.survives, "nothing");
    });
    return;
  }

  test("a durable store says what it survives", async (store) => {
    const db = await store.open();
    await db.addClient();

    assert.notEqual(db.info().guarantees.survives, "nothing");
  });

  test("what a process was told is stored is there after it was killed", async (store) => {
    const other = await store.otherProcess();
    const acknowledged: (readonly [ClientId, string])[] = [];

    const adding = Array.from({ length: CALLS }, async (_, i) => {
      acknowledged.push([await other.call("add", { name: `client ${i}` }), `client ${i}`]);
      if (acknowledged.length === ACKNOWLEDGED) await other.kill();
    });
    await Promise.allSettled(adding);

    const db = await store.open({ create: false });
    const names = new Map((await collect(db.listClients())).map(({ id, name }) => [id, name]));
    for (const [id, name] of acknowledged) assert.equal(names.get(id), name);
    assert.equal((await db.addClient()).client.id, names.size + 1);
  });

  test("a batch is seen as a whole, and is there as a whole when its process is killed then", async (store) => {
    const [other, backend] = [await store.otherProcess(), await store.backend()];
    const name = "of the batch";

    const adding = other.call(
      "addBatch",
      Array.from({ length: BATCH }, () => ({ name })),
    );
    const over = adding.then(() => true);
    let firstSeen = 0;
    for (let isOver = false; firstSeen === 0 && !isOver;) {
      isOver = await Promise.race([over, delay(1, false)]);
      firstSeen = (await backend.find("name", [name])).get(name)?.length ?? 0;
    }
    await other.kill();

    assert.equal(firstSeen, BATCH);
    assert.equal((await collect((await store.open()).listClients())).length, BATCH);
  });
}
