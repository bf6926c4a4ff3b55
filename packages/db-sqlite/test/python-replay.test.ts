/** Python hubs go on working on a store that we write to, and what they write from stale copies undoes no revocation. */
import { X509Certificate } from "node:crypto";
import { describe, expect, test } from "vitest";
import plugin from "../src/plugin.ts";
import { all, findings, fixture, hub } from "./support/hub.ts";
import { COLUMNS, ON_OPEN, pythonTombstone, replace, run, seen, select } from "./support/python.ts";

const COLUMNS_OF_SCHEMA_1 = COLUMNS.filter((name) => name !== "metadata");
const FINGERPRINT = "ab".repeat(32);
const CERTIFICATE = { id: "entry", sha256: FINGERPRINT, not_after: 4_102_444_800 };

describe("a stale copy written back by a Python hub", () => {
  test("does not bring a revoked client back, neither for us nor for the hub", async () => {
    const { open, path } = hub("v2");
    const stale = select(path());
    const db = await open();
    await db.revokeClient(4);

    run(path(), ...ON_OPEN, ...stale.map((row) => replace(row)));

    expect(await db.authenticate({ accessKey: "guest-key" })).toMatchObject({ reason: "unknown-key" });
    expect((await db.getClient(4))?.revoked).toBe(true);
    expect(run(path(), ["SELECT * FROM clients WHERE api_key = ?", "guest-key"])).toEqual([[]]);
    expect(await findings(db)).toEqual([]);
  });

  test("of 15 columns, as schema-1 hubs name them, breaks nothing but the metadata of that row", async () => {
    const { open, path } = hub("v2");
    const stale = select(path());
    const db = await open();
    await db.revokeClient(4);

    run(path(), ...stale.map((row) => replace(row, COLUMNS_OF_SCHEMA_1)));

    expect((await db.getClient(4))?.revoked).toBe(true);
    expect((await db.getClient(5))?.metadata).toEqual({});
    expect(await all(db)).toHaveLength(10);
  });

  test("written with UPDATE does not either", async () => {
    const { open, path } = hub("v2");
    const db = await open();
    await db.revokeClient(4);

    run(
      path(),
      ["UPDATE clients SET api_key = 'guest-key', password = 'back' WHERE client_id = 4"],
      ["UPDATE OR REPLACE clients SET client_id = 4 WHERE client_id = 8"],
    );

    expect(select(path()).find((row) => row["client_id"] === 4)).toMatchObject({
      api_key: "revoked",
      password: null,
    });
    expect((await db.getClient(8))?.revoked).toBe(false);
  });

  test("nor where the tombstone's row was deleted; and its id is not given again", async () => {
    const { open, path } = hub("v2");
    const stale = select(path()).find((row) => row["client_id"] === 1000);
    const db = await open();
    await db.revokeClient(1000);

    run(path(), ["DELETE FROM clients WHERE client_id = 1000"], replace(stale ?? {}));

    expect(await db.authenticate({ accessKey: "high-id" })).toMatchObject({ reason: "unknown-key" });
    await expect(db.addClient({ id: 1000 })).rejects.toMatchObject({
      code: "duplicate-key",
      clientIds: [1000],
    });
    expect((await db.addClient()).client.id).toBe(1001);
  });

  test("does not undo what a hub itself has revoked", async () => {
    const { open, path } = hub("v2");
    const stale = select(path()).find((row) => row["client_id"] === 4) ?? {};
    const db = await open();
    await db.touch(2, 1);

    run(path(), replace(pythonTombstone(4)), replace(stale));

    expect((await db.getClient(4))?.revoked).toBe(true);
    expect(select(path()).find((row) => row["client_id"] === 4)?.["api_key"]).toBe("revoked");
  });

  test("undoes other fields, which is what a hub does, and deletes no other row", async () => {
    const { open, path } = hub("v2");
    const stale = select(path()).find((row) => row["client_id"] === 2) ?? {};
    const db = await open();
    await db.updateClient(2, { isAdmin: false });

    run(path(), replace(stale), seen("admin-console-key", 1_800_000_000), seen("admin-console-key", 1));

    expect(await db.getClient(2)).toMatchObject({ isAdmin: true, lastSeen: 1_800_000_000 });
    expect(await all(db)).toHaveLength(10);
  });
});

function ofClient2(path: string): ReturnType<typeof select>[number] {
  return select(path).find((row) => row["client_id"] === 2) ?? {};
}

describe("a certificate, beside a Python hub", () => {
  const certificate = new X509Certificate(fixture("certificates/kitchen.pem"));

  test("that was removed stays out, whatever stale copy is written back, and a repair takes it out again", async () => {
    const { open, path } = hub("v2");
    const db = await open();
    await db.addCertificate(2, certificate);
    const stale = ofClient2(path());
    expect(await db.authenticate({ certificate })).toMatchObject({ allowed: true, client: { id: 2 } });
    await db.removeCertificate(2, certificate.fingerprint256);

    run(path(), ...ON_OPEN, replace(stale));

    for (const node of [db, await open()]) {
      expect(await node.authenticate({ certificate })).toMatchObject({ reason: "certificate-removed" });
      expect(await node.certificates(2)).toEqual([]);
    }
    expect((await findings(db)).map(({ code }) => code)).toEqual(["certificate-came-back"]);
    await Array.fromAsync(db.verify({ repair: true }));
    expect(await findings(db)).toEqual([]);
    expect(ofClient2(path())["metadata"]).not.toContain("certificates");
  });

  test("that was removed, and came back with a stale copy, can be given to another client", async () => {
    const { open, path } = hub("v2");
    const db = await open();
    await db.addCertificate(2, certificate);
    const stale = ofClient2(path());
    await db.removeCertificate(2, certificate.fingerprint256);
    run(path(), replace(stale));

    await db.addCertificate(3, certificate);

    expect(await db.authenticate({ certificate })).toMatchObject({ allowed: true, client: { id: 3 } });
    run(path(), replace(stale));
    expect(await db.authenticate({ certificate })).toMatchObject({ allowed: true, client: { id: 3 } });
  });

  test("that a hub drops with the metadata admits nobody, until a copy that has it is written back", async () => {
    const { open, path } = hub("v2");
    const db = await open();
    await db.addCertificate(2, certificate);
    const complete = ofClient2(path());

    run(path(), replace(complete, COLUMNS_OF_SCHEMA_1));
    expect(await db.authenticate({ certificate })).toMatchObject({ reason: "unknown-certificate" });
    run(path(), replace(complete));

    expect(await db.authenticate({ certificate })).toMatchObject({ allowed: true, client: { id: 2 } });
    expect(await findings(db)).toEqual([]);
  });

  test("of a revoked client comes back with nothing that a hub writes", async () => {
    const { open, path } = hub("v2");
    const db = await open();
    await db.addCertificate(2, certificate);
    const stale = ofClient2(path());
    await db.revokeClient(2);

    run(path(), replace(stale));

    expect(await db.authenticate({ certificate })).toMatchObject({ reason: "unknown-certificate" });
    expect(await findings(db)).toEqual([]);
  });
});

test("NaN in the metadata that a hub writes fails neither its statement nor any other client", async () => {
  const { open, path } = hub("v2");
  const row = select(path()).find((found) => found["client_id"] === 2) ?? {};
  const db = await open();
  await db.touch(2, 1);

  run(path(), replace({ ...row, metadata: '{"hivemind_db": {"gain": NaN}}' }));

  await expect(db.getClient(2)).rejects.toMatchObject({ code: "corrupt", clientIds: [2] });
  expect(await all(db)).toHaveLength(9);
  await db.updateClient(1, { name: "still writable" });
  expect((await findings(db)).map(({ code }) => code)).toEqual(["unreadable-record"]);
});

describe("a client that a hub adds", () => {
  test("is found by all that it holds, its certificate too", async () => {
    const { open, path } = hub("v2");
    const db = await open();
    await db.touch(2, 1);
    const metadata = JSON.stringify({ hivemind_db: { certificates: [CERTIFICATE] } });

    run(path(), replace({ ...pythonTombstone(11), api_key: "python-key", name: "from python", metadata }));

    expect(await db.authenticate({ accessKey: "python-key" })).toMatchObject({
      allowed: true,
      client: { id: 11 },
    });
    expect((await db.findByName("from python")).map(({ id }) => id)).toEqual([11]);
    expect(await findings(db)).toEqual([]);
  });

  test("is found by its certificate after a REPLACE under recursive_triggers too", async () => {
    const { open, path } = hub("v2");
    const db = await open();
    await db.touch(2, 1);
    const metadata = JSON.stringify({ hivemind_db: { certificates: [CERTIFICATE] } });
    const added = replace({ ...pythonTombstone(11), api_key: "python-key", metadata });
    run(path(), added);
    await db.touch(2, 2);

    run(path(), ["PRAGMA recursive_triggers = ON"], added);

    expect(await findings(db)).toEqual([]);
    await db.touch(2, 3);
    expect(await findings(db)).toEqual([]);
  });

  test("with a certificate is found by it in a store that we have never written to", async () => {
    const { path, snapshot } = hub("v2");
    const metadata = JSON.stringify({ hivemind_db: { certificates: [CERTIFICATE] } });
    run(path(), replace({ ...pythonTombstone(11), api_key: "python-key", metadata }));
    const before = snapshot();
    const options = { name: "clients", subfolder: "hivemind-core" };
    const backend = await plugin.open(options, { create: false, onNotice: () => undefined });

    const found = await backend.find("fingerprint", [FINGERPRINT, "ff".repeat(32)]);
    await backend.close();

    expect([...found].map(([value, entries]) => [value, entries.map(({ id }) => id)])).toEqual([
      [FINGERPRINT, [11]],
    ]);
    expect(snapshot()).toEqual(before);
  });

  test("with count + 1 where that is a revoked client's id is not added, and doctor had warned", async () => {
    const { open, path } = hub();
    const db = await open({}, true);
    await db.addClients([{}, { id: 3 }]);
    await db.revokeClient(3);
    expect(await findings(db)).toMatchObject([{ code: "count-plus-one-taken", clientIds: [3] }]);

    run(path(), replace({ ...pythonTombstone(3), api_key: "overwriting" }));

    expect((await db.getClient(3))?.revoked).toBe(true);
  });
});
