/** What `update` promises: read, change and write in one step, or nothing at all. */
import assert from "node:assert/strict";
import { failsWith, failure } from "../bed/failures.ts";
import type { TestBed } from "../bed/test-bed.ts";
import type { TestStore } from "../bed/test-store.ts";

async function withClient(store: TestStore) {
  const db = await store.open();
  const { client, secrets } = await db.addClient({ name: "before", accessKey: "key" });
  return { db, client, secrets, backend: await store.backend() };
}

export function changes({ test }: TestBed): void {
  test("a change that throws leaves the client as it was, and its error comes through", async (store) => {
    const { db, client, backend } = await withClient(store);
    const mistake = new Error("thrown by the change");
    const failing = (): never => {
      throw mistake;
    };

    assert.equal(await failure(db.updateClient(1, failing)), mistake);
    assert.equal(await failure(backend.update(1, failing)), mistake);

    assert.deepEqual(await db.getClient(1), client);
  });

  test("a change that changes nothing writes nothing and tells nobody", async (store) => {
    const { db, client, backend } = await withClient(store);
    const feed = await store.feed();
    const before = await store.snapshot();

    assert.deepEqual(await db.updateClient(1, { name: "before", accessKey: "key" }), client);
    assert.deepEqual(await db.updateClient(1, {}), client);
    assert.equal((await backend.update(1, () => undefined))?.client_id, 1);
    assert.equal((await backend.update(1, (now) => now))?.client_id, 1);

    await feed.catchUp();
    assert.deepEqual(await store.snapshot(), before);
    assert.equal(feed.heardOf(1), false);
  });

  test("an unknown id is not changed, and the change is not asked", async (store) => {
    const { backend } = await withClient(store);
    let asked = 0;

    const answer = await backend.update(99, (now) => {
      asked += 1;
      return now;
    });

    assert.equal(answer, undefined);
    assert.equal(asked, 0);
  });

  test("a change cannot give a client another id", async (store) => {
    const { db, client, backend } = await withClient(store);

    const moving = backend.update(1, (now) => ({ ...now, client_id: 2 }));

    assert.ok((await failure(moving)) instanceof TypeError);

    assert.deepEqual(await db.getClient(1), client);
    assert.equal(await db.getClient(2), undefined);
  });

  test("a change is asked with the record as it is at that moment, also from another handle", async (store) => {
    const { db } = await withClient(store);
    const other = await store.open();
    await other.updateClient(1, { name: "between" });

    const changed = await db.updateClient(1, ({ name }) => ({ name: `${name} and after` }));

    assert.equal(changed.name, "between and after");
  });

  test("a field that no client has, and a change that comes later, are mistakes of the caller", async (store) => {
    const { db, client } = await withClient(store);

    const unknownField = await failure(db.updateClient(1, { colour: "blue" } as object));
    const later = await failure(db.updateClient(1, (async () => ({})) as unknown as () => object));

    assert.ok(unknownField instanceof TypeError);
    assert.ok(later instanceof TypeError);
    assert.deepEqual(await db.getClient(1), client);
  });

  test("a change that is refused leaves every field as it was", async (store) => {
    const { db, client, secrets } = await withClient(store);
    await db.addClient({ accessKey: "taken" });

    await failsWith("duplicate-key", db.updateClient(1, { name: "after", accessKey: "taken" }));

    assert.deepEqual(await db.getClient(1), client);
    assert.deepEqual(await db.secrets(1), secrets);
  });
}
