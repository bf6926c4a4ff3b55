/** All of a batch, or none of it. */
import assert from "node:assert/strict";
import { collect } from "../bed/collect.ts";
import { failsWith, failure } from "../bed/failures.ts";
import { draft } from "../bed/records.ts";
import { idsOf } from "../bed/ids-of.ts";
import type { TestBed } from "../bed/test-bed.ts";
import type { TestStore } from "../bed/test-store.ts";
import type { ClientDraft } from "../../client.ts";

const LARGEST = 1000;

async function assertNothingIsAdded(store: TestStore, drafts: readonly ClientDraft[]): Promise<void> {
  const [db, feed] = [await store.open(), await store.feed()];

  await failsWith("duplicate-key", db.addClients(drafts));

  await feed.catchUp();
  assert.equal((await collect(db.listClients())).length, 1);
  assert.deepEqual(feed.deliveries, []);
  assert.equal((await db.addClient()).client.id, 2);
}

export function batches({ test }: TestBed): void {
  test("a batch of 1,000 is added, answered in order, and found", async (store) => {
    const db = await store.open();
    const drafts = Array.from({ length: LARGEST }, (_, i) => ({
      name: `client ${i}`,
      accessKey: `key ${i}`,
    }));

    const added = await db.addClients(drafts);

    assert.deepEqual(
      added.map(({ client, secrets }) => [client.id, client.name, secrets.accessKey]),
      drafts.map(({ name, accessKey }, i) => [i + 1, name, accessKey]),
    );
    assert.equal((await collect(db.listClients())).length, LARGEST);
    const backend = await store.backend();
    assert.equal((await backend.get(added.map(({ client }) => client.id))).size, LARGEST);
    const keys = drafts.map(({ accessKey }) => accessKey);
    assert.equal((await backend.find("accessKey", keys)).size, LARGEST);
    const verdict = await db.authenticate({ accessKey: "key 999" });
    assert.deepEqual(verdict, { allowed: true, client: added[999]?.client });
  });

  test("a batch of 1,001 is refused as a whole", async (store) => {
    const db = await store.open();
    const drafts: ClientDraft[] = Array.from({ length: LARGEST + 1 }, () => ({}));

    await failsWith("invalid", db.addClients(drafts));

    assert.deepEqual(await collect(db.listClients()), []);
  });

  test("an empty batch adds nobody", async (store) => {
    const db = await store.open();

    assert.deepEqual(await db.addClients([]), []);

    assert.deepEqual(await collect(db.listClients()), []);
  });

  test("one taken access key in a batch, and nobody of it is added", async (store) => {
    const db = await store.open();
    await db.addClient({ accessKey: "taken" });

    await assertNothingIsAdded(store, [{}, {}, { accessKey: "taken" }, {}]);
  });

  test("one access key twice in a batch, and nobody of it is added", async (store) => {
    const db = await store.open();
    await db.addClient();

    await assertNothingIsAdded(store, [{ accessKey: "twin" }, {}, { accessKey: "twin" }]);
  });

  test("one taken id in a batch, and nobody of it is added", async (store) => {
    const db = await store.open();
    await db.addClient();

    await assertNothingIsAdded(store, [{}, { id: 1 }, {}]);
  });

  test("one value that cannot be stored, and nobody of the batch is added", async (store) => {
    const db = await store.open();

    await failsWith("invalid", db.addClients([{}, {}, { accessKey: "revoked" }]));

    assert.deepEqual(await collect(db.listClients()), []);
  });

  test("one record that cannot be made, and nobody of the batch is added", async (store) => {
    const backend = await store.backend();
    const mistake = new Error("thrown by make");
    const failing = {
      make: (): never => {
        throw mistake;
      },
    };

    const inserting = backend.insert([draft({ api_key: "a" }), failing, draft({ api_key: "b" })], "token");

    assert.equal(await failure(inserting), mistake);
    assert.deepEqual((await collect(backend.list())).flat(), []);
    const [record] = await backend.insert([draft({ api_key: "a" })], "another token");
    assert.equal(record?.client_id, 1);
  });

  test("batches at once are each added as a whole", async (store) => {
    const handles = [await store.open(), await store.open()];
    const drafts: readonly ClientDraft[] = [{}, { accessKey: "shared" }, {}];

    const outcomes = await Promise.allSettled(handles.map((handle) => handle.addClients(drafts)));

    assert.deepEqual(outcomes.map(({ status }) => status).toSorted(), ["fulfilled", "rejected"]);
    for (const handle of handles) assert.deepEqual(idsOf(await collect(handle.listClients())), [1, 2, 3]);
  });
}
