/** Revoked is revoked: for good, for everyone, and nothing of the client stays. */
import assert from "node:assert/strict";
import { inspect } from "node:util";
import { amid } from "../bed/amid.ts";
import { collect } from "../bed/collect.ts";
import { failsWith } from "../bed/failures.ts";
import { draftWithCertificate, recordText } from "../bed/records.ts";
import type { TestBed } from "../bed/test-bed.ts";
import type { TestStore } from "../bed/test-store.ts";
import { isDbError } from "../../errors.ts";
import { stringifyJson } from "../../json.ts";
import type { Seed } from "../suite.ts";

const CLIENT = {
  name: "satellite",
  description: "in the attic",
  isAdmin: true,
  lastSeen: 1755264536,
  allowedTypes: ["speak"],
  metadata: { room: "attic" },
  accessKey: "revoked-clients-key",
  password: "revoked-clients-password",
  cryptoKey: "0123456789abcdef",
} as const;

const TOMBSTONE = {
  id: 1,
  name: "",
  description: "",
  isAdmin: false,
  lastSeen: null,
  allowedTypes: [],
  canBroadcast: false,
  canEscalate: false,
  canPropagate: false,
  skillBlacklist: [],
  intentBlacklist: [],
  metadata: {},
  revoked: true,
};

/** A Redis hub's tombstone keeps the other fields but the name. */
const LEFT_BEHIND: Seed = {
  schema: 2,
  records: [
    [
      "1",
      recordText(1, { api_key: "revoked", is_admin: true, allowed_types: ["speak"], description: "kept" }),
    ],
    ["2", recordText(2, { api_key: "revoked", name: "named" })],
  ],
};

async function withRevokedClient(store: TestStore) {
  const db = await store.open();
  await db.addClient(CLIENT);
  await db.revokeClient(1);
  return db;
}

export function tombstones({ plugin, test, testOn }: TestBed): void {
  test("a revoked client is a tombstone with nothing in it but its id", async (store) => {
    const db = await store.open();
    await db.addClient(CLIENT);

    const revoked = await db.revokeClient(1);

    assert.deepEqual(revoked, TOMBSTONE);
    assert.deepEqual(await db.getClient(1), TOMBSTONE);
    assert.deepEqual(await collect(db.listClients()), [TOMBSTONE]);
  });

  test("nothing of a revoked client is left in its record", async (store) => {
    const db = await withRevokedClient(store);
    const backend = await store.backend();

    const record = (await backend.get([1])).get(1)?.record;

    assert.ok(record, "the tombstone is gone");
    assert.doesNotMatch(stringifyJson(record), /revoked-clients|0123456789abcdef|attic|satellite/);
    assert.equal(await db.secrets(1), undefined);
  });

  test("a revoked client is found by nothing but its id", async (store) => {
    const backend = await store.backend();
    const fingerprint = "f".repeat(64);
    await backend.insert([draftWithCertificate("key", fingerprint)], "token");
    const db = await store.open();
    await db.updateClient(1, { name: "satellite" });

    await db.revokeClient(1);

    const verdict = await db.authenticate({ accessKey: "key" });
    assert.deepEqual(verdict, { allowed: false, reason: "unknown-key", clientIds: [] });
    assert.deepEqual(await db.findByName("satellite"), []);
    assert.deepEqual(await db.findByName(""), []);
    assert.equal((await backend.find("accessKey", ["key", "revoked", ""])).size, 0);
    assert.equal((await backend.find("fingerprint", [fingerprint])).size, 0);
  });

  test("a revoked client is allowed nothing", async (store) => {
    const db = await withRevokedClient(store);

    const verdict = await db.authorize(1, { do: "send", messageType: "speak" });

    assert.deepEqual(verdict, { allowed: false, reason: "revoked", clientIds: [1] });
  });

  test("revoking again changes nothing and is no error", async (store) => {
    const db = await withRevokedClient(store);
    const before = await store.snapshot();

    assert.deepEqual(await db.revokeClient(1), TOMBSTONE);

    assert.deepEqual(await store.snapshot(), before);
  });

  test("a tombstone cannot be changed, whatever the change", async (store) => {
    const db = await withRevokedClient(store);

    for (const change of [{ accessKey: "back-again" }, { name: "back" }, { canEscalate: true }, {}]) {
      const error = await failsWith("no-such-client", db.updateClient(1, change));
      assert.deepEqual(error.clientIds, [1]);
    }

    assert.deepEqual(await db.getClient(1), TOMBSTONE);
  });

  test("not even the backend turns a tombstone back", async (store) => {
    const db = await withRevokedClient(store);
    const backend = await store.backend();

    const undoing = backend.update(1, (now) => ({ ...now, api_key: "back-again", password: "back" }));
    const error = await failsWith("no-such-client", undoing);

    assert.deepEqual(error.clientIds, [1], inspect(error));
    assert.deepEqual(await db.getClient(1), TOMBSTONE);
    assert.equal((await db.authenticate({ accessKey: "back-again" })).allowed, false);
  });

  test("of a change and a revocation at once, the revocation stays", async (store) => {
    const [db, other] = [await store.open(), await store.open()];
    await db.addClient(CLIENT);

    const change = () => other.updateClient(1, { description: "changed" });
    await Promise.allSettled([change(), change(), db.revokeClient(1), change(), change()]);

    assert.deepEqual(await other.getClient(1), TOMBSTONE);
    assert.equal((await other.authenticate(CLIENT)).allowed, false);
  });

  test("a revocation is there when the store is opened again", async (store) => {
    const db = await withRevokedClient(store);
    await db.close();
    await db.open();

    assert.deepEqual(await db.getClient(1), TOMBSTONE);
    assert.equal((await db.authenticate(CLIENT)).allowed, false);
  });

  testOn(LEFT_BEHIND, "the tombstones of a Python hub are dead, whatever they still hold", async (store) => {
    const db = await store.open();

    for (const id of [1, 2]) {
      assert.equal((await db.getClient(id))?.revoked, true);
      assert.equal(await db.secrets(id), undefined);
      const verdict = await db.authorize(id, { do: "send", messageType: "speak" });
      assert.deepEqual(verdict, { allowed: false, reason: "revoked", clientIds: [id] });
      await failsWith("no-such-client", db.updateClient(id, { accessKey: "back-again" }));
    }
    assert.deepEqual(await db.findByName("named"), []);
    assert.equal((await db.authenticate({ accessKey: "revoked" })).allowed, false);
  });

  if (plugin.capabilities.durability) {
    test("a revocation of another process amid a change of ours stays", async (store) => {
      const [other, db] = [await store.otherProcess(), await store.open()];
      await db.addClient(CLIENT);

      await amid(
        (pause) =>
          // A store that compares before it writes sees the revocation first, and has no client to change then.
          db
            .updateClient(1, () => {
              pause();
              return { description: "changed" };
            })
            .catch((error: unknown) => assert.equal(isDbError(error) && error.code, "no-such-client")),
        () => other.call("revoke", 1),
      );

      assert.deepEqual(await db.getClient(1), TOMBSTONE);
      assert.equal((await db.authenticate(CLIENT)).allowed, false);
    });
  }
}
