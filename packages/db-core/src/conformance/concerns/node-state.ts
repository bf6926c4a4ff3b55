/**
 * What a node remembers for itself: apart by scope and namespace, exact, and changed in one step.
 * Over 200 lines: one concern, with all its tests.
 */
import assert from "node:assert/strict";
import { amid } from "../bed/amid.ts";
import { collect } from "../bed/collect.ts";
import { failure } from "../bed/failures.ts";
import { inTurns } from "../bed/in-turns.ts";
import type { TestBed } from "../bed/test-bed.ts";
import { countUp } from "../process/counter.ts";
import { stringifyJson } from "../../json.ts";

const ROUNDS = 10;
const VALUES = [null, false, 0, "", "text", [], {}, { nested: { list: [1, "2", null] } }, "\u2028 \u0000 🐝"];
const KEYS = [
  "key",
  "Key",
  "a/b",
  "a:b",
  "{a}",
  "*",
  "it's",
  "\u0000",
  "__proto__",
  "é",
  "e\u0301",
  " ",
  "k".repeat(500),
];

export function nodeState({ plugin, test }: TestBed): void {
  test("a value comes back as it was set", async (store) => {
    const state = (await store.open()).state("shared", "test");

    for (const value of VALUES) {
      await state.set("key", value);
      assert.deepEqual(await state.get("key"), value);
    }
    const large = "x".repeat(100_000);
    await state.set("large", large);
    assert.equal(await state.get("large"), large);
  });

  test("a number keeps its text", async (store) => {
    const state = (await store.open()).state("shared", "test");

    await state.set("numbers", [9007199254740993n, -0, 1.5, 2n ** 80n]);

    assert.equal(
      stringifyJson((await state.get("numbers")) ?? null),
      "[9007199254740993,-0.0,1.5,1208925819614629174706176]",
    );
  });

  test("keys are compared exactly", async (store) => {
    const state = (await store.open()).state("node:one", "test");

    for (const key of KEYS) await state.set(key, `of ${key}`);

    for (const key of KEYS) assert.equal(await state.get(key), `of ${key}`);
    assert.deepEqual(new Map(await state.list()), new Map(KEYS.map((key) => [key, `of ${key}`])));
  });

  test("scopes and namespaces are apart", async (store) => {
    const db = await store.open();
    const places = [
      db.state("shared", "a"),
      db.state("shared", "b"),
      db.state("shared", "a.b"),
      db.state("node:1", "a"),
      db.state("node:11", "a"),
      db.state("node:shared", "a"),
      db.state("node:it's {1}:*/a", "a"),
    ];

    for (const [i, place] of places.entries()) await place.set("key", i);

    for (const [i, place] of places.entries()) {
      assert.equal(await place.get("key"), i);
      assert.deepEqual([...(await place.list())], [["key", i]]);
    }
  });

  test("every scope that has an entry is listed, once", async (store) => {
    const db = await store.open();
    assert.deepEqual(await db.stateScopes(), []);
    const scopes = ["shared", "node:1", "node:it's {1}:*/[a]"] as const;

    for (const scope of scopes) for (const key of KEYS) await db.state(scope, "test").set(key, 1);
    await db.state("node:emptied", "test").set("key", 1);
    await db.state("node:emptied", "test").delete("key");

    assert.deepEqual([...(await db.stateScopes())].toSorted(), [...scopes].toSorted());
  });

  test("what was never set is absent, and what is deleted is again", async (store) => {
    const db = await store.open();
    const state = db.state("shared", "test");
    assert.equal(await state.get("key"), undefined);
    assert.equal((await state.list()).size, 0);
    await state.set("key", 1);
    await state.set("other", 2);

    await state.delete("key");
    await state.delete("never set");

    assert.equal(await state.get("key"), undefined);
    assert.deepEqual([...(await state.list()).keys()], ["other"]);
  });

  test("an update answers what it made, and can remove", async (store) => {
    const state = (await store.open()).state("shared", "test");

    assert.equal(await state.update("counter", countUp), 1);
    assert.equal(await state.update("counter", countUp), 2);
    assert.equal(await state.update("counter", () => undefined), undefined);

    assert.equal(await state.get("counter"), undefined);
  });

  test("an update that throws leaves the value as it was, and its error comes through", async (store) => {
    const state = (await store.open()).state("shared", "test");
    await state.set("key", "before");
    const mistake = new Error("thrown by the change");

    const updating = state.update("key", () => {
      throw mistake;
    });

    assert.equal(await failure(updating), mistake);
    assert.equal(await state.get("key"), "before");
  });

  test("a value that JSON cannot hold is a mistake of the caller", async (store) => {
    const state = (await store.open()).state("shared", "test");

    for (const value of [Number.NaN, () => 1, new Date(0), "\ud800", undefined, Array(1)]) {
      assert.ok((await failure(state.set("key", value))) instanceof TypeError);
    }

    assert.equal(await state.get("key"), undefined);
  });

  test("two handles that count in one entry lose no step", async (store) => {
    const handles = [await store.open(), await store.open()];
    const states = handles.map((handle) => handle.state("shared", "test"));

    const counting = inTurns(states, 2 * ROUNDS, (state) => state.update("counter", countUp));

    assert.equal(Math.max(...(await Promise.all(counting)).map(Number)), 2 * ROUNDS);
    for (const state of states) assert.equal(await state.get("counter"), 2 * ROUNDS);
  });

  test("state and clients leave each other alone", async (store) => {
    const [db, other] = [await store.open(), await store.open()];
    const state = other.state("node:1", "clients");

    await Promise.all(
      [1, 2, 3].flatMap((i) => [db.addClient(), state.set(String(i), { api_key: "key", client_id: i })]),
    );

    assert.equal((await collect(db.listClients())).length, 3);
    assert.equal((await state.list()).size, 3);
    assert.equal((await db.authenticate({ accessKey: "key" })).allowed, false);
    assert.deepEqual(await collect(db.verify()), []);
  });

  test("state is there when the store is opened again", async (store) => {
    const db = await store.open();
    await db.state("node:1", "test").set("key", { kept: true });
    await db.close();

    await db.open();

    assert.deepEqual(await db.state("node:1", "test").get("key"), { kept: true });
  });

  if (plugin.capabilities.durability) {
    test("two processes that count in one entry lose no step", async (store) => {
      const [other, db] = [await store.otherProcess(), await store.open()];
      const state = db.state("shared", "conformance");

      for (const round of [1, 2, 3]) {
        await amid(
          (pause) =>
            state.update("counter", (now) => {
              pause();
              return countUp(now);
            }),
          () => other.call("countInState"),
        );

        assert.equal(await state.get("counter"), 2 * round);
      }
    });

    test("what another process sets is seen at once", async (store) => {
      const [other, db] = [await store.otherProcess(), await store.open()];

      await other.call("setState", "key", { by: "another process" });

      assert.deepEqual(await db.state("shared", "conformance").get("key"), { by: "another process" });
    });
  }
}
