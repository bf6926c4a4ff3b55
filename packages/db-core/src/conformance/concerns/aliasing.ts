/** Nothing that goes in or comes out is shared: what a caller does to it later changes no store. */
import assert from "node:assert/strict";
import { collect } from "../bed/collect.ts";
import { draft } from "../bed/records.ts";
import { spoil } from "../bed/spoil.ts";
import type { TestBed } from "../bed/test-bed.ts";
import type { TestStore } from "../bed/test-store.ts";
import type { Backend } from "../../backend/contract.ts";

const nested = () => ({ list: [1, { deep: "value" }], object: { key: "value" } });

/** All that the reading calls of a backend hand out. */
async function handedOut(backend: Backend): Promise<readonly unknown[]> {
  return [
    await backend.get([1, 2]),
    await backend.find("accessKey", ["key-1", "key-2"]),
    await backend.find("name", ["name"]),
    await collect(backend.list()),
    await backend.state.list("shared"),
    backend.info(),
    await backend.update(1, () => undefined),
  ];
}

async function withRecords(store: TestStore): Promise<Backend> {
  const backend = await store.backend();
  const drafts = [1, 2].map((id) => draft({ api_key: `key-${id}`, name: "name", metadata: nested() }));
  await backend.insert(drafts, "token");
  await backend.state.update("shared", "key", () => "value");
  return backend;
}

export function aliasing({ test }: TestBed): void {
  test("what a caller does to its drafts and changes after the call is not stored", async (store) => {
    const db = await store.open();
    const [first, second] = [{ allowedTypes: ["speak"], metadata: nested() }, { metadata: nested() }];
    const state = { value: nested() };

    const adding = db.addClients([first, {}]);
    spoil(first);
    await adding;
    const changing = db.updateClient(2, second);
    spoil(second);
    await changing;
    const setting = db.state("shared", "test").set("key", state);
    spoil(state);
    await setting;

    const client = await db.getClient(1);
    assert.deepEqual(client?.allowedTypes, ["speak"]);
    assert.deepEqual(client.metadata, nested());
    assert.deepEqual((await db.getClient(2))?.metadata, nested());
    assert.deepEqual(await db.state("shared", "test").get("key"), { value: nested() });
  });

  test("clients are frozen, all the way down", async (store) => {
    const db = await store.open();
    const { client, secrets } = await db.addClient({
      name: "name",
      metadata: nested(),
      allowedTypes: ["speak"],
    });
    const [listed] = await collect(db.listClients());
    const [found] = await db.findByName("name");
    const read = await db.getClient(1);
    const verdict = await db.authenticate(secrets);
    const changed = await db.updateClient(1, { metadata: nested() });

    for (const answer of [client, listed, found, read, verdict.allowed && verdict.client, changed]) {
      assert.equal(spoil(answer), 0, "a client can be changed by who was handed it");
      assert.deepEqual((answer as typeof client).metadata, nested());
    }
    assert.ok(Object.isFrozen(secrets));
  });

  test("what a caller does to an answer changes no later answer", async (store) => {
    const backend = await withRecords(store);
    const before = structuredClone(comparable(await handedOut(backend)));

    for (const answer of await handedOut(backend)) spoil(answer);

    assert.deepEqual(comparable(await handedOut(backend)), before);
  });

  test("what a caller does to the answer of a write changes no later answer", async (store) => {
    const backend = await withRecords(store);
    const before = structuredClone(comparable(await handedOut(backend)));

    spoil(await backend.insert([draft({ api_key: "key-1" })], "token"));
    spoil(await backend.update(1, (now) => now));

    assert.deepEqual(comparable(await handedOut(backend)), before);
  });

  test("the record that a change is asked with is frozen", async (store) => {
    const backend = await withRecords(store);
    let changes = 0;

    await backend.update(1, (now) => {
      changes += spoil(now);
      return undefined;
    });

    assert.equal(changes, 0, "a change can reach into the store");
    assert.deepEqual((await backend.get([1])).get(1)?.record?.["metadata"], nested());
  });
}

/** Without the functions in it, which nothing can be compared by. */
function comparable(answers: readonly unknown[]): unknown {
  return answers.map((answer) => (Array.isArray(answer) ? answer.flat() : answer));
}
