/** Trust on first use: one key is first, on all nodes, and no other takes its place unless an operator says so. */
import assert from "node:assert/strict";
import { collect } from "../bed/collect.ts";
import { failsWith } from "../bed/failures.ts";
import { inTurns } from "../bed/in-turns.ts";
import { certificate, withMetadata } from "../bed/records.ts";
import type { TestBed } from "../bed/test-bed.ts";

const [FIRST, SECOND] = [new Uint8Array(32).fill(1), new Uint8Array(32).fill(2)] as const;
const RSA = Uint8Array.from({ length: 550 }, (_, i) => i % 256);
const MISMATCH = { pinned: false, reason: "key-mismatch" } as const;

export function pinnedKeysConcern({ plugin, test }: TestBed): void {
  test("the first key of a kind is kept, and every other one is a mismatch, on every handle", async (store) => {
    const [db, other] = [await store.open(), await store.open()];
    await db.addClients([{}, {}]);

    assert.deepEqual(await db.pinKey(1, "noise-static", FIRST), { pinned: true, first: true });
    assert.deepEqual(await other.pinKey(1, "rsa", RSA), { pinned: true, first: true });

    for (const handle of [db, other]) {
      assert.deepEqual(await handle.pinKey(1, "noise-static", SECOND), MISMATCH);
      assert.deepEqual(await handle.pinKey(1, "noise-static", FIRST), { pinned: true, first: false });
      assert.deepEqual(await handle.pinKey(1, "rsa", RSA), { pinned: true, first: false });
    }
    assert.deepEqual(await other.pinKey(2, "noise-static", SECOND), { pinned: true, first: true });
    const pinned = await db.pinnedKeys(1);
    assert.deepEqual([...pinned.keys()].toSorted(), ["noise-static", "rsa"]);
    assert.deepEqual(pinned.get("rsa")?.publicKey, RSA);
  });

  test("a pinned key is there when the store is opened again", async (store) => {
    const db = await store.open();
    await db.addClient();
    await db.pinKey(1, "noise-static", FIRST);
    await db.close();

    await db.open();

    assert.deepEqual(await db.pinKey(1, "noise-static", SECOND), MISMATCH);
  });

  test("of two handles that pin different keys at once, one is first, and all know which", async (store) => {
    const handles = [await store.open(), await store.open()];
    await handles[0]?.addClient();
    const keys = Array.from({ length: 8 }, (_, i) => new Uint8Array(32).fill(i + 1));

    const verdicts = await Promise.all(
      inTurns(handles, keys.length, (db, i) => db.pinKey(1, "rsa", keys[i] as Uint8Array)),
    );

    const first = verdicts.flatMap((verdict, i) => (verdict.pinned ? [i] : []));
    assert.equal(first.length, 1, "not exactly one key was first");
    for (const db of handles) {
      assert.deepEqual((await db.pinnedKeys(1)).get("rsa")?.publicKey, keys[first[0] ?? -1]);
    }
  });

  test("an operator sets and clears what is pinned", async (store) => {
    const db = await store.open();
    await db.addClient();
    await db.setPinnedKey(1, "noise-static", FIRST);
    assert.deepEqual(await db.pinKey(1, "noise-static", SECOND), MISMATCH);
    await db.setPinnedKey(1, "noise-static", SECOND);
    assert.deepEqual(await db.pinKey(1, "noise-static", FIRST), MISMATCH);

    assert.equal(await db.clearPinnedKey(1, "noise-static"), true);
    assert.equal(await db.clearPinnedKey(1, "noise-static"), false);

    assert.deepEqual(await db.pinKey(1, "noise-static", FIRST), { pinned: true, first: true });
  });

  test("nothing is pinned for the unknown and the revoked, and a revocation forgets", async (store) => {
    const db = await store.open();
    await db.addClient();
    await db.pinKey(1, "rsa", RSA);

    await db.revokeClient(1);

    assert.deepEqual(await db.pinKey(1, "rsa", RSA), { pinned: false, reason: "revoked" });
    assert.deepEqual(await db.pinKey(99, "rsa", RSA), { pinned: false, reason: "unknown-client" });
    for (const id of [1, 99]) await failsWith("no-such-client", db.setPinnedKey(id, "rsa", RSA));
    assert.equal((await db.pinnedKeys(1)).size, 0);
    assert.deepEqual(await collect(db.verify()), []);
  });

  test("keys that are pinned for nobody are named by verify, and a repair removes them", async (store) => {
    const db = await store.open();
    await db.addClient();
    const state = db.state("shared", "pinned-keys");
    await state.set("7", { rsa: { key: "AQID" } });
    await db.pinKey(1, "rsa", RSA);

    const findings = await collect(db.verify({ repair: true }));

    assert.deepEqual(
      findings.map(({ code, clientIds }) => [code, clientIds]),
      [["pinned-keys-of-nobody", [7]]],
    );
    assert.deepEqual([...(await state.list()).keys()], ["1"]);
  });

  test("whatever another program writes into the record, the pinned key stays", async (store) => {
    const db = await store.open();
    await db.addClient();
    await db.pinKey(1, "rsa", RSA);
    const backend = await store.backend();

    await backend.update(1, (now) => withMetadata(now, certificate("a".repeat(64))));
    await backend.update(1, (now) => withMetadata(now, {}));

    assert.deepEqual(await db.pinKey(1, "rsa", FIRST), MISMATCH);
  });

  if (plugin.capabilities.durability) {
    test("of two processes that pin different keys at once, one is first, and both know which", async (store) => {
      const [other, db] = [await store.otherProcess(), await store.open()];
      await db.addClients([{}, {}, {}]);

      for (const id of [1, 2, 3]) {
        const [ours, theirs] = await Promise.all([
          db.pinKey(id, "noise-static", FIRST),
          other.call("pinKey", id, "noise-static", SECOND),
        ]);

        assert.deepEqual(
          [ours, theirs].filter(({ pinned }) => pinned),
          [{ pinned: true, first: true }],
        );
        assert.deepEqual(await db.pinKey(id, "noise-static", SECOND), {
          ...theirs,
          ...(theirs.pinned && { first: false }),
        });
      }
    });
  }
}
