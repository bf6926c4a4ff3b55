/** Dense, never shared, never used again: a Python hub overwrites what stands at its count plus one. */
import assert from "node:assert/strict";
import { amid } from "../bed/amid.ts";
import { collect } from "../bed/collect.ts";
import { failsWith } from "../bed/failures.ts";
import { idsOf } from "../bed/ids-of.ts";
import { inTurns } from "../bed/in-turns.ts";
import { draft, recordText } from "../bed/records.ts";
import type { TestBed } from "../bed/test-bed.ts";

export function ids({ plugin, test, testOn }: TestBed): void {
  test("ids are 1, 2, 3 and so on, in the order of the drafts", async (store) => {
    const db = await store.open();

    const { client } = await db.addClient();
    const batch = await db.addClients([{ name: "a" }, { name: "b" }]);

    assert.equal(client.id, 1);
    assert.deepEqual(
      batch.map((added) => [added.client.id, added.client.name]),
      [
        [2, "a"],
        [3, "b"],
      ],
    );
  });

  test("an add that fails uses up no id", async (store) => {
    const db = await store.open();
    await db.addClient({ accessKey: "taken" });

    await failsWith("duplicate-key", db.addClient({ accessKey: "taken" }));
    await failsWith("duplicate-key", db.addClients([{}, {}, { accessKey: "taken" }]));

    assert.equal((await db.addClient()).client.id, 2);
  });

  test("the id of the highest client is not given again when it is revoked", async (store) => {
    const db = await store.open();
    await db.addClients([{}, {}]);
    await db.revokeClient(2);

    assert.equal((await db.addClient()).client.id, 3);
  });

  test("the next id is above every one that was given by hand", async (store) => {
    const db = await store.open();
    await db.addClient({ id: 41 });

    assert.equal((await db.addClient()).client.id, 42);
    assert.equal((await db.addClient({ id: 7 })).client.id, 7);
    assert.equal((await db.addClient()).client.id, 43);
  });

  test("a batch can mix given ids with new ones", async (store) => {
    const db = await store.open();

    const added = await db.addClients([{}, { id: 10 }, {}, { id: 5 }, {}]);

    assert.deepEqual(
      added.map(({ client }) => client.id),
      [1, 10, 11, 5, 12],
    );
  });

  test("a given id that is taken is refused, by a tombstone too", async (store) => {
    const db = await store.open();
    const { client } = await db.addClient({ name: "first" });
    await db.addClient();
    await db.revokeClient(2);

    const error = await failsWith("duplicate-key", db.addClient({ id: 1, name: "second" }));
    await failsWith("duplicate-key", db.addClient({ id: 2 }));
    await failsWith("duplicate-key", db.addClients([{ id: 9 }, { id: 9 }]));

    assert.deepEqual(error.clientIds, [1]);
    assert.deepEqual(await db.getClient(1), client);
    assert.equal((await db.getClient(2))?.revoked, true);
    assert.equal(await db.getClient(9), undefined);
  });

  test("a writer that takes count plus one meets an error, and overwrites nobody", async (store) => {
    const [db, python] = [await store.open(), await store.open()];
    await db.addClients([{ name: "one" }, { id: 3, name: "three" }]);
    const count = (await collect(python.listClients())).length;

    await failsWith("duplicate-key", python.addClient({ id: count + 1, name: "overwritten" }));

    assert.equal((await db.getClient(3))?.name, "three");
    assert.equal((await db.addClient()).client.id, 4);
  });

  test("handles that add at once share no id and leave no gap", async (store) => {
    const handles = [await store.open(), await store.open()];

    const added = await Promise.all(inTurns(handles, 12, (handle) => handle.addClients([{}, {}])));

    const given = added.flat().map(({ client }) => client.id);
    assert.deepEqual(
      given.toSorted((a, b) => a - b),
      Array.from({ length: 24 }, (_, i) => i + 1),
    );
  });

  const gap = ["1", "7"].map((key) => [key, recordText(Number(key), {})] as const);
  testOn({ schema: 2, records: gap }, "the next id is above what other programs left", async (store) => {
    const db = await store.open();

    assert.equal((await db.addClient()).client.id, 8);
  });

  if (plugin.capabilities.durability) {
    test("processes that add at once share no id and leave no gap", async (store) => {
      const [other, backend] = [await store.otherProcess(), await store.backend()];
      const given: (number | undefined)[] = [];

      for (const round of [1, 2, 3]) {
        await amid(
          async (pause) => {
            const make = (id: number) => {
              pause();
              return draft({ api_key: `key-${round}` }).make(id);
            };
            const [record] = await backend.insert([{ make }], `token-${round}`);
            given.push(record?.client_id);
          },
          async () => given.push(await other.call("add", {})),
        );
      }

      assert.deepEqual(new Set(given), new Set([1, 2, 3, 4, 5, 6]));
      assert.deepEqual(idsOf((await collect(backend.list())).flat()), [1, 2, 3, 4, 5, 6]);
    });
  }
}
