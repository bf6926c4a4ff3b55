/** A look-up is exact: byte for byte, with nothing that any store could take for a pattern or a number. */
import assert from "node:assert/strict";
import { draftWithCertificate } from "../bed/records.ts";
import { idsOf } from "../bed/ids-of.ts";
import type { TestBed } from "../bed/test-bed.ts";

/** Each group holds texts that a careless comparison takes for one another. */
const NEIGHBOURS: { readonly [what: string]: readonly [string, ...string[]] } = {
  "upper and lower case": ["Key", "key", "KEY", "ß", "SS", "ss", "\u212a", "K", "k", "İ", "i"],
  "composed and decomposed": ["caf\u00e9", "cafe\u0301", "\uac00", "\u1100\u1161", "ﬁ", "fi"],
  "white space": ["key", " key", "key ", "key\n", "key\t", "\ufeffkey", "key\u00a0", "k ey", " "],
  "control characters": [
    "a\u0000",
    "a",
    "a\u0000b",
    "\u0001\u001f",
    "\u007f",
    "\u0085",
    "\u2028",
    "a\r\n",
    "a\n",
  ],
  patterns: ["k*", "k?", "k[a-z]", "kx", "k%", "k_", "{k}", "k:1", "k", "^k$", "."],
  quotes: [
    "it's",
    "its",
    'say "hi"',
    "back\\slash",
    "back\\\\slash",
    "`tick`",
    "'; DROP TABLE clients; --",
    "$1",
  ],
  "numbers and literals": ["1", "01", "1.0", "1e0", "+1", "0x1", "null", "true", "NaN", "undefined", "-1"],
  "words with a meaning": [
    "__proto__",
    "constructor",
    "toString",
    "revoked ",
    "REVOKED",
    "Revoked",
    "\u0000revoked",
  ],
  "astral characters": ["🐝", "🐝\ufe0f", "👩‍🚀", "👩", "\ufffd", "东京", "東京"],
  "10,000 characters": ["x".repeat(10_000), "x".repeat(9_999), `${"x".repeat(9_999)}y`, "ü".repeat(10_000)],
};

export function lookUps({ test }: TestBed): void {
  for (const [what, texts] of Object.entries(NEIGHBOURS)) {
    test(`access keys are compared exactly: ${what}`, async (store) => {
      const db = await store.open();
      const [absent, ...present] = texts;
      const added = await db.addClients(present.map((accessKey) => ({ accessKey })));

      for (const [i, accessKey] of present.entries()) {
        assert.deepEqual(await db.authenticate({ accessKey }), { allowed: true, client: added[i]?.client });
      }
      const verdict = await db.authenticate({ accessKey: absent });
      assert.deepEqual(verdict, { allowed: false, reason: "unknown-key", clientIds: [] });
    });

    test(`names are compared exactly: ${what}`, async (store) => {
      const db = await store.open();
      const [absent, ...present] = texts;
      const added = await db.addClients(present.map((name) => ({ name })));

      for (const [i, name] of present.entries())
        assert.deepEqual(await db.findByName(name), [added[i]?.client]);
      assert.deepEqual(await db.findByName(absent), []);
    });
  }

  test("every client of a name is found, by ascending id", async (store) => {
    const db = await store.open();
    await db.addClients([{ name: "twin" }, { name: "other" }, { name: "twin" }, { id: 20, name: "twin" }]);
    await db.addClient({ id: 10, name: "twin" });

    const found = await db.findByName("twin");

    assert.deepEqual(idsOf(found), [1, 3, 10, 20]);
  });

  test("an access key finds no name, and a name no access key", async (store) => {
    const db = await store.open();
    await db.addClient({ name: "text-1", accessKey: "text-2" });

    assert.equal((await db.authenticate({ accessKey: "text-1" })).allowed, false);
    assert.deepEqual(await db.findByName("text-2"), []);
    const backend = await store.backend();
    assert.equal((await backend.find("accessKey", ["text-1"])).size, 0);
    assert.equal((await backend.find("name", ["text-2"])).size, 0);
    assert.equal((await backend.find("fingerprint", ["text-1", "text-2"])).size, 0);
  });

  test("what follows a change is the new value, and the old one is unknown", async (store) => {
    const db = await store.open();
    await db.addClient({ name: "old name", accessKey: "old-key" });

    const client = await db.updateClient(1, { name: "new name", accessKey: "new-key" });

    assert.deepEqual(await db.authenticate({ accessKey: "new-key" }), { allowed: true, client });
    assert.equal((await db.authenticate({ accessKey: "old-key" })).allowed, false);
    assert.deepEqual(await db.findByName("new name"), [client]);
    assert.deepEqual(await db.findByName("old name"), []);
  });

  test("the keys that mark a tombstone or nobody never let anyone in", async (store) => {
    const db = await store.open();
    await db.addClient();
    await db.revokeClient(1);

    for (const accessKey of ["revoked", ""]) {
      const verdict = await db.authenticate({ accessKey });
      assert.deepEqual(verdict, { allowed: false, reason: "reserved-key", clientIds: [] });
    }
  });

  test("a text that no store can hold is unknown, and not taken for what a driver makes of it", async (store) => {
    const db = await store.open();
    await db.addClient({ accessKey: "\ufffd", name: "\ufffd" });

    assert.equal((await db.authenticate({ accessKey: "\ud800" })).allowed, false);
    assert.deepEqual(await db.findByName("\ud800"), []);
  });

  test("a batch of look-ups answers each value that has a client, and no other", async (store) => {
    const backend = await store.backend();
    const db = await store.open();
    await db.addClients([{ name: "a" }, { name: "b" }, { name: "a" }]);

    const found = await backend.find("name", ["b", "nobody", "a", "b"]);
    const read = await backend.get([3, 99, 1, 3]);

    const ids = [...found].map(([name, entries]) => [name, entries.map(({ id }) => id)]);
    assert.deepEqual(
      new Map(ids as [string, number[]][]),
      new Map([
        ["a", [1, 3]],
        ["b", [2]],
      ]),
    );
    assert.deepEqual(new Set(read.keys()), new Set([1, 3]));
  });

  test("a client is found by the fingerprint of each of its certificates", async (store) => {
    const backend = await store.backend();
    const [first, second, unknown] = ["a".repeat(64), "b".repeat(64), "c".repeat(64)] as const;
    await backend.insert(
      [draftWithCertificate("key-1", first), draftWithCertificate("key-2", second)],
      "token",
    );

    const found = await backend.find("fingerprint", [first, second, unknown, "A".repeat(64)]);

    assert.deepEqual([...found.keys()].toSorted(), [first, second]);
    assert.deepEqual(idsOf(found.get(second)), [2]);
  });
}
