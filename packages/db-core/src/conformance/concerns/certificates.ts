/**
 * Certificates admit their client until they are removed, expired or their client is revoked: then never again.
 * Over 200 lines: one concern, with all its tests.
 */
import assert from "node:assert/strict";
import type { StoredRecord } from "../../backend/contract.ts";
import { collect } from "../bed/collect.ts";
import { failsWith } from "../bed/failures.ts";
import { certificate as damaged, recordText, withMetadata } from "../bed/records.ts";
import type { TestBed } from "../bed/test-bed.ts";
import type { TestStore } from "../bed/test-store.ts";
import type { ClientDatabase } from "../../database/client-database.ts";
import { EXPIRED, FUTURE, HALL, KITCHEN } from "../seeds/certificates.ts";

const UNKNOWN = { allowed: false, reason: "unknown-certificate", clientIds: [] } as const;
const REMOVED = { allowed: false, reason: "certificate-removed", clientIds: [1] } as const;
const ENTRY = { sha256: fingerprint(KITCHEN), not_after: 4_102_444_800 };
const AMBIGUOUS = [1, 2].map(
  (id) =>
    [
      String(id),
      recordText(id, { metadata: { hivemind_db: { certificates: [{ ...ENTRY, id: `entry-${id}` }] } } }),
    ] as const,
);

function fingerprint({ fingerprint256 }: typeof KITCHEN): string {
  return fingerprint256.replaceAll(":", "").toLowerCase();
}

async function recordOf(store: TestStore, id: number): Promise<StoredRecord> {
  const record = (await (await store.backend()).get([id])).get(id)?.record;
  assert.ok(record, `there is no record of client ${id}`);
  return record;
}

/** As a Python hub does, which has read the record some time ago. */
async function writeBack(store: TestStore, stale: StoredRecord): Promise<void> {
  await (await store.backend()).update(stale.client_id, () => stale);
}

/** A client whose certificate was removed, and came back with a stale copy of its record. */
async function withCertificateBack(store: TestStore): Promise<ClientDatabase> {
  const db = await store.open();
  await db.addClients([{}, {}]);
  await db.addCertificate(1, KITCHEN);
  const stale = await recordOf(store, 1);
  await db.removeCertificate(1, fingerprint(KITCHEN));
  await writeBack(store, stale);
  return db;
}

export function certificates({ plugin, test, testOn }: TestBed): void {
  test("each certificate of a client admits it, on every handle", async (store) => {
    const [db, other] = [await store.open(), await store.open()];
    const { client } = await db.addClient();

    const added = await db.addCertificate(1, KITCHEN);
    await other.addCertificate(1, HALL.toString());

    for (const handle of [db, other]) {
      for (const certificate of [KITCHEN, HALL]) {
        assert.deepEqual(await handle.authenticate({ certificate }), { allowed: true, client });
      }
    }
    assert.equal(added.fingerprint, fingerprint(KITCHEN));
    assert.deepEqual(
      (await other.certificates(1))?.map((item) => item.fingerprint),
      [fingerprint(KITCHEN), fingerprint(HALL)],
    );
  });

  test("a certificate that nobody has, and none at all, admit nobody", async (store) => {
    const db = await store.open();
    await db.addClient();
    await db.addCertificate(1, KITCHEN);

    assert.deepEqual(await db.authenticate({ certificate: HALL }), UNKNOWN);
    const none = await db.authenticate({ certificate: undefined });
    assert.deepEqual(none, { allowed: false, reason: "no-certificate", clientIds: [] });
    assert.equal((await db.authenticate({ accessKey: fingerprint(KITCHEN) })).allowed, false);
  });

  test("a certificate outside of its period admits nobody", async (store) => {
    const db = await store.open();
    await db.addClients([{}, {}]);
    await db.addCertificate(1, EXPIRED);
    await db.addCertificate(2, FUTURE);

    const [expired, future] = [{ certificate: EXPIRED }, { certificate: FUTURE }];
    assert.deepEqual(await db.authenticate(expired), denied("certificate-expired", 1));
    assert.deepEqual(await db.authenticate(future), denied("certificate-not-yet-valid", 2));
    const findings = await collect(db.verify());
    assert.deepEqual(
      findings.map(({ code, clientIds }) => [code, clientIds]),
      [["expired-certificate", [1]]],
    );
  });

  test("a certificate belongs to one living client, and is free when that is revoked", async (store) => {
    const db = await store.open();
    await db.addClients([{}, {}]);
    await db.addCertificate(1, KITCHEN);

    const error = await failsWith("duplicate-key", db.addCertificate(2, KITCHEN));
    assert.deepEqual(error.clientIds, [1]);
    // Who has found it once may not go on finding it.
    assert.equal((await db.authenticate({ certificate: KITCHEN })).allowed, true);
    await db.revokeClient(1);
    assert.deepEqual(await db.authenticate({ certificate: KITCHEN }), UNKNOWN);
    assert.equal(await db.certificates(1), undefined);
    await failsWith("no-such-client", db.addCertificate(1, HALL));
    await db.addCertificate(2, KITCHEN);

    assert.equal((await db.authenticate({ certificate: KITCHEN })).allowed, true);
  });

  test("adding and removing leave the rest of the record as it was", async (store) => {
    const db = await store.open();
    await db.addClient({ metadata: { big: 2n ** 70n }, skillBlacklist: ["skill"], accessKey: "key" });
    const before = await recordOf(store, 1);

    await db.addCertificate(1, KITCHEN);
    await db.addCertificate(1, KITCHEN);
    const client = await db.updateClient(1, { metadata: { other: 1 } });
    assert.equal((await db.certificates(1))?.length, 1);
    assert.deepEqual(client.metadata, { other: 1 });
    await db.updateClient(1, { metadata: { big: 2n ** 70n } });
    await db.removeCertificate(1, KITCHEN.fingerprint256);

    assert.deepEqual(await recordOf(store, 1), before);
  });

  test("a removed certificate admits nobody, and added again it does", async (store) => {
    const [db, other] = [await store.open(), await store.open()];
    const { client } = await db.addClient();
    await db.addCertificate(1, KITCHEN);

    assert.equal(await other.removeCertificate(1, KITCHEN.fingerprint256), true);
    assert.equal(await db.removeCertificate(1, fingerprint(KITCHEN)), false);
    assert.deepEqual(await db.authenticate({ certificate: KITCHEN }), UNKNOWN);
    await db.addCertificate(1, KITCHEN);

    assert.deepEqual(await other.authenticate({ certificate: KITCHEN }), { allowed: true, client });
    assert.deepEqual(await collect(db.verify()), []);
  });

  test("a removed certificate that comes back with a stale record admits nobody", async (store) => {
    const db = await withCertificateBack(store);
    const other = await store.open();

    for (const handle of [db, other]) {
      assert.deepEqual(await handle.authenticate({ certificate: KITCHEN }), REMOVED);
      assert.deepEqual(await handle.certificates(1), []);
    }
  });

  test("a removed certificate that came back is named by verify, and a repair takes it out", async (store) => {
    const db = await withCertificateBack(store);

    const findings = await collect(db.verify({ repair: true }));

    assert.deepEqual(
      findings.map(({ code, clientIds, repair }) => [code, clientIds, repair]),
      [["certificate-came-back", [1], "done"]],
    );
    assert.deepEqual(await collect(db.verify()), []);
    assert.deepEqual(await db.authenticate({ certificate: KITCHEN }), UNKNOWN);
  });

  test("a removed certificate that came back keeps nobody from adding it", async (store) => {
    const db = await withCertificateBack(store);

    await db.addCertificate(2, KITCHEN);
    const verdict = await db.authenticate({ certificate: KITCHEN });
    assert.ok(verdict.allowed && verdict.client.id === 2, "the certificate does not admit its new client");
    await failsWith("duplicate-key", db.addCertificate(1, KITCHEN));
    await db.removeCertificate(2, fingerprint(KITCHEN));
    await db.addCertificate(1, KITCHEN);

    const again = await db.authenticate({ certificate: KITCHEN });
    assert.ok(again.allowed && again.client.id === 1, "the certificate does not admit its old client");
  });

  test("what a record says that nobody added admits nobody, and can be removed", async (store) => {
    const db = await store.open();
    await db.addClients([{}, {}]);
    await writeBack(store, withMetadata(await recordOf(store, 1), damaged(fingerprint(KITCHEN))));

    assert.equal((await db.authenticate({ certificate: KITCHEN })).allowed, false);
    const findings = await collect(db.verify());
    assert.deepEqual(
      findings.map(({ code, clientIds }) => [code, clientIds]),
      [["damaged-certificate", [1]]],
    );
    assert.equal(await db.removeCertificate(1, fingerprint(KITCHEN)), true);
    assert.deepEqual(await collect(db.verify()), []);
  });

  testOn({ schema: 2, records: AMBIGUOUS }, "a certificate of two clients admits neither", async (store) => {
    const db = await store.open();
    // An index that another program has passed by is derived anew.
    const findings = await collect(db.verify({ repair: true }));

    const verdict = await db.authenticate({ certificate: KITCHEN });

    assert.deepEqual(verdict, { allowed: false, reason: "ambiguous", clientIds: [1, 2] });
    const ambiguous = findings.filter(({ code }) => code === "ambiguous-certificate");
    assert.deepEqual(
      ambiguous.map(({ clientIds }) => clientIds),
      [[1, 2]],
    );
    await db.removeCertificate(2, fingerprint(KITCHEN));
    assert.equal((await db.authenticate({ certificate: KITCHEN })).allowed, true);
  });

  test("of two handles that add one certificate to two clients at once, one succeeds", async (store) => {
    const handles = [await store.open(), await store.open()];
    await handles[0]?.addClients([{}, {}]);

    const adding = handles.map((db, i) => db.addCertificate(i + 1, KITCHEN));

    const outcomes = (await Promise.allSettled(adding)).map(({ status }) => status);
    assert.deepEqual(outcomes.toSorted(), ["fulfilled", "rejected"]);
    assert.equal((await handles[0]?.authenticate({ certificate: KITCHEN }))?.allowed, true);
  });

  if (plugin.capabilities.durability) {
    test("a certificate that another process removes is denied at once, and its stale record changes nothing", async (store) => {
      const [other, db] = [await store.otherProcess(), await store.open()];
      await db.addClient();
      await db.addCertificate(1, KITCHEN);
      const stale = await recordOf(store, 1);
      const sha256 = fingerprint(KITCHEN);

      await other.call("removeCertificate", 1, sha256);
      assert.deepEqual(await db.authenticate({ certificate: KITCHEN }), UNKNOWN);
      await writeBack(store, stale);

      assert.deepEqual(await db.authenticate({ certificate: KITCHEN }), REMOVED);
    });
  }
}

function denied(reason: string, ...clientIds: readonly number[]) {
  return { allowed: false, reason, clientIds };
}
