/** One living client to an access key and to a certificate. */
import assert from "node:assert/strict";
import { amid } from "../bed/amid.ts";
import { failsWith } from "../bed/failures.ts";
import { inTurns } from "../bed/in-turns.ts";
import { certificate, draft, draftWithCertificate, recordText, withMetadata } from "../bed/records.ts";
import { idsOf } from "../bed/ids-of.ts";
import type { TestBed } from "../bed/test-bed.ts";
import type { Seed } from "../suite.ts";

const FINGERPRINT = "f".repeat(64);

const AMBIGUOUS: Seed = {
  schema: 2,
  records: [
    ["1", recordText(1, { api_key: "shared-key" })],
    ["2", recordText(2, { api_key: "own-key" })],
    ["3", recordText(3, { api_key: "shared-key" })],
  ],
};

export function uniqueness({ plugin, test, testOn }: TestBed): void {
  test("an access key that is taken is refused with the id of its client, not with the key", async (store) => {
    const db = await store.open();
    await db.addClients([{}, { accessKey: "taken-key" }]);

    const adding = await failsWith("duplicate-key", db.addClient({ accessKey: "taken-key" }));
    const changing = await failsWith("duplicate-key", db.updateClient(1, { accessKey: "taken-key" }));

    for (const error of [adding, changing]) {
      assert.deepEqual(error.clientIds, [2]);
      assert.doesNotMatch(error.message, /taken-key/);
    }
    assert.equal(await db.getClient(3), undefined);
    assert.notEqual((await db.secrets(1))?.accessKey, "taken-key");
  });

  test("a client can be given the access key that it has", async (store) => {
    const db = await store.open();
    await db.addClient({ accessKey: "own-key" });

    const client = await db.updateClient(1, { accessKey: "own-key", name: "renamed" });

    assert.deepEqual(await db.authenticate({ accessKey: "own-key" }), { allowed: true, client });
  });

  test("the access key of a client that was revoked, or has another one now, is free", async (store) => {
    const db = await store.open();
    await db.addClients([{ accessKey: "first-key" }, { accessKey: "second-key" }]);
    await db.revokeClient(1);
    await db.updateClient(2, { accessKey: "third-key" });

    const added = await db.addClients([{ accessKey: "first-key" }, { accessKey: "second-key" }]);

    assert.deepEqual(
      added.map(({ client }) => client.id),
      [3, 4],
    );
    const verdict = await db.authenticate({ accessKey: "first-key" });
    assert.deepEqual(verdict, { allowed: true, client: added[0]?.client });
  });

  test("of many who add one access key at once, exactly one succeeds", async (store) => {
    const handles = [await store.open(), await store.open()];

    const adding = inTurns(handles, 10, (handle) => handle.addClient({ accessKey: "wanted-key" }));
    const outcomes = await Promise.allSettled(adding);

    const lost = outcomes.filter(({ status }) => status === "rejected");
    assert.equal(lost.length, 9);
    for (const { reason } of lost as PromiseRejectedResult[]) assert.equal(reason.code, "duplicate-key");
    for (const handle of handles) assert.equal(await handle.getClient(2), undefined);
  });

  test("of two who change to one access key at once, exactly one succeeds", async (store) => {
    const [first, second] = [await store.open(), await store.open()];
    await first.addClients([{}, {}]);

    const outcomes = await Promise.allSettled([
      first.updateClient(1, { accessKey: "wanted-key" }),
      second.updateClient(2, { accessKey: "wanted-key" }),
    ]);

    assert.deepEqual(outcomes.map(({ status }) => status).toSorted(), ["fulfilled", "rejected"]);
    assert.equal((await first.authenticate({ accessKey: "wanted-key" })).allowed, true);
  });

  test("a certificate belongs to one client", async (store) => {
    const backend = await store.backend();
    await backend.insert(
      [draftWithCertificate("key-1", FINGERPRINT), draft({ api_key: "key-2" })],
      "token-1",
    );

    const inserting = backend.insert([draftWithCertificate("key-3", FINGERPRINT)], "token-2");
    const error = await failsWith("duplicate-key", inserting);
    const changing = backend.update(2, (now) => withMetadata(now, certificate(FINGERPRINT)));
    await failsWith("duplicate-key", changing);

    assert.deepEqual(error.clientIds, [1]);
    const found = await backend.find("fingerprint", [FINGERPRINT]);
    assert.equal(found.get(FINGERPRINT)?.length, 1);
  });

  test("a certificate that was taken from its client is free", async (store) => {
    const backend = await store.backend();
    await backend.insert([draftWithCertificate("key-1", FINGERPRINT)], "token-1");
    await backend.update(1, (now) => withMetadata(now, {}));

    const [record] = await backend.insert([draftWithCertificate("key-2", FINGERPRINT)], "token-2");

    const found = await backend.find("fingerprint", [FINGERPRINT]);
    assert.deepEqual(idsOf(found.get(FINGERPRINT)), [record?.client_id]);
  });

  testOn(AMBIGUOUS, "an access key that a Python hub gave to two clients admits neither", async (store) => {
    const db = await store.open();

    const verdict = await db.authenticate({ accessKey: "shared-key" });

    assert.deepEqual(verdict, { allowed: false, reason: "ambiguous", clientIds: [1, 3] });
    assert.equal((await db.authenticate({ accessKey: "own-key" })).allowed, true);
  });

  testOn(AMBIGUOUS, "ambiguous clients can be changed, told apart and revoked", async (store) => {
    const db = await store.open();

    await db.updateClient(1, { name: "still ambiguous" });
    assert.equal((await db.authenticate({ accessKey: "shared-key" })).allowed, false);

    const client = await db.updateClient(1, { accessKey: "told-apart" });
    await db.revokeClient(3);

    assert.deepEqual(await db.authenticate({ accessKey: "told-apart" }), { allowed: true, client });
    const verdict = await db.authenticate({ accessKey: "shared-key" });
    assert.deepEqual(verdict, { allowed: false, reason: "unknown-key", clientIds: [] });
  });

  if (plugin.capabilities.durability) {
    test("of two processes that add one access key at once, exactly one succeeds", async (store) => {
      const [other, backend] = [await store.otherProcess(), await store.backend()];

      for (const key of ["wanted-1", "wanted-2", "wanted-3"]) {
        const outcomes: Promise<unknown>[] = [];
        await amid(
          async (pause) => {
            // The second of a batch: a store may check the first key before it asks for the next record.
            const make = (id: number) => {
              pause();
              return draft({ api_key: `beside ${key}` }).make(id);
            };
            outcomes.push(backend.insert([draft({ api_key: key }), { make }], key));
            await Promise.allSettled(outcomes);
          },
          async () => outcomes.push(other.call("add", { accessKey: key })),
        );

        const settled = await Promise.allSettled(outcomes);
        assert.deepEqual(settled.map(({ status }) => status).toSorted(), ["fulfilled", "rejected"]);
        assert.equal((await backend.find("accessKey", [key])).get(key)?.length, 1);
      }
    });
  }
}
