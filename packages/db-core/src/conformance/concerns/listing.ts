/** All clients by ascending id, each exactly once, whatever happens meanwhile. */
import assert from "node:assert/strict";
import { collect } from "../bed/collect.ts";
import { idsOf } from "../bed/ids-of.ts";
import type { TestBed } from "../bed/test-bed.ts";

/** More than one page of any store. */
const MANY = 1000;

export function listing({ test }: TestBed): void {
  test("a store without a client lists nobody", async (store) => {
    const db = await store.open();

    assert.deepEqual(await collect(db.listClients()), []);
  });

  test("clients come by ascending id, in whatever order they were added", async (store) => {
    const db = await store.open();
    for (const id of [30, 9, 100, 2, 10]) await db.addClient({ id });

    const listed = await collect(db.listClients());

    assert.deepEqual(idsOf(listed), [2, 9, 10, 30, 100]);
  });

  test("tombstones are listed among the others", async (store) => {
    const db = await store.open();
    await db.addClients([{}, {}, {}]);
    await db.revokeClient(2);

    const listed = await collect(db.listClients());

    assert.deepEqual(
      listed.map(({ id, revoked }) => [id, revoked]),
      [
        [1, false],
        [2, true],
        [3, false],
      ],
    );
  });

  test("a long list lets everything else in the process have its turn", async (store) => {
    const db = await store.open();
    await db.addClients(Array.from({ length: MANY }, () => ({})));
    let hadItsTurn = false;
    setImmediate(() => (hadItsTurn = true));

    await collect(db.listClients());

    assert.equal(hadItsTurn, true);
  });

  test("what exists throughout is listed exactly once while others come and change", async (store) => {
    const [db, other] = [await store.open(), await store.open()];
    await db.addClients(Array.from({ length: MANY }, (_, i) => ({ id: 2 * (i + 1) })));
    const listed: number[] = [];

    for await (const { id } of db.listClients()) {
      listed.push(id);
      if (id % 400 !== 0) continue;
      // Before and behind the place that the list has reached.
      await other.addClients([{ id: id - 1 }, { id: id + 301 }, {}]);
      await other.updateClient(id, { name: "changed" });
      await other.revokeClient(id - 2);
    }

    assert.deepEqual(
      listed,
      listed.toSorted((a, b) => a - b),
    );
    assert.equal(new Set(listed).size, listed.length);
    const throughout = listed.filter((id) => id % 2 === 0 && id <= 2 * MANY);
    assert.equal(throughout.length, MANY);
  });

  test("two lists at once do not disturb each other", async (store) => {
    const db = await store.open();
    await db.addClients([{}, {}, {}]);

    const lists = await Promise.all([collect(db.listClients()), collect(db.listClients())]);

    for (const list of lists) assert.equal(list.length, 3);
  });
}
