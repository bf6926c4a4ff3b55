/** Two writers of different fields both win; two of one field lose no step. */
import assert from "node:assert/strict";
import { amid } from "../bed/amid.ts";
import { inTurns } from "../bed/in-turns.ts";
import type { TestBed } from "../bed/test-bed.ts";
import { counted } from "../process/counter.ts";

const ROUNDS = 10;
const PROCESS_ROUNDS = [1, 2, 3];

export function concurrency({ plugin, test }: TestBed): void {
  test("two handles that change different fields at once both win", async (store) => {
    const [first, second] = [await store.open(), await store.open()];
    await first.addClient();

    for (let round = 1; round <= ROUNDS; round += 1) {
      await Promise.all([
        first.updateClient(1, { name: `name ${round}` }),
        second.updateClient(1, { description: `description ${round}` }),
        second.updateClient(1, { allowedTypes: [`type ${round}`] }),
        first.touch(1, round),
      ]);

      const client = await first.getClient(1);
      assert.equal(client?.name, `name ${round}`);
      assert.equal(client.description, `description ${round}`);
      assert.deepEqual(client.allowedTypes, [`type ${round}`]);
      assert.equal(client.lastSeen, round);
    }
  });

  test("two handles that count in one field lose no step", async (store) => {
    const handles = [await store.open(), await store.open()] as const;
    const [db] = handles;
    await db.addClient();

    await Promise.all(inTurns(handles, 2 * ROUNDS, (handle) => handle.updateClient(1, counted)));

    assert.deepEqual((await db.getClient(1))?.metadata, { counter: 2 * ROUNDS });
  });

  test("changes of different clients at once are all kept", async (store) => {
    const handles = [await store.open(), await store.open()] as const;
    const [db] = handles;
    await db.addClients(Array.from({ length: ROUNDS }, () => ({})));

    await Promise.all([
      ...inTurns(handles, ROUNDS, (handle, i) => handle.updateClient(i + 1, { name: `renamed ${i + 1}` })),
      ...inTurns(handles.toReversed(), ROUNDS, (handle, i) => handle.touch(i + 1, 1001 + i)),
    ]);

    for (let id = 1; id <= ROUNDS; id += 1) {
      const client = await db.getClient(id);
      assert.deepEqual([client?.name, client?.lastSeen], [`renamed ${id}`, 1000 + id]);
    }
  });

  if (plugin.capabilities.durability) {
    test("two processes that change different fields at once both win", async (store) => {
      const [other, db] = [await store.otherProcess(), await store.open()];
      await db.addClient();

      for (const round of PROCESS_ROUNDS) {
        await amid(
          (pause) =>
            db.updateClient(1, () => {
              pause();
              return { name: `name ${round}` };
            }),
          () => other.call("update", 1, { description: `description ${round}` }),
        );

        const client = await db.getClient(1);
        assert.deepEqual([client?.name, client?.description], [`name ${round}`, `description ${round}`]);
      }
    });

    test("two processes that count in one field lose no step", async (store) => {
      const [other, db] = [await store.otherProcess(), await store.open()];
      await db.addClient();

      for (const round of PROCESS_ROUNDS) {
        await amid(
          (pause) =>
            db.updateClient(1, (now) => {
              pause();
              return counted(now);
            }),
          () => other.call("countInMetadata", 1),
        );

        assert.deepEqual((await db.getClient(1))?.metadata, { counter: 2 * round });
      }
    });
  }
}
