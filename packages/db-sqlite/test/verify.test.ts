import { chmodSync, existsSync, readFileSync, statSync, utimesSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { findings, hub } from "./support/hub.ts";
import { replace, run, select } from "./support/python.ts";

const FINGERPRINT = "cd".repeat(32);
const CERTIFICATE = { id: "entry", sha256: FINGERPRINT, not_after: 4_102_444_800 };
const DROP_TRIGGERS = ["insert", "inserted", "update", "updated", "revoked_by_update", "deleted"].map(
  (name) => [`DROP TRIGGER hivemind_db_${name}`] as const,
);

const codes = (found: readonly { readonly code: string }[]): string[] => found.map(({ code }) => code);

describe("a revoked client that got in while there were no triggers", () => {
  test("is denied, named, and made a tombstone by a repair", async () => {
    const { open, path } = hub("v2");
    const stale = select(path()).find((row) => row["client_id"] === 4) ?? {};
    const db = await open();
    await db.revokeClient(4);
    run(path(), ...DROP_TRIGGERS, replace(stale));
    expect(select(path())[3]?.["api_key"]).toBe("guest-key");

    const verdict = await db.authenticate({ accessKey: "guest-key" });
    const found = await findings(db);
    const client = await db.getClient(4);

    expect(verdict).toMatchObject({ allowed: false, reason: "unknown-key" });
    expect(client?.revoked).toBe(true);
    expect(found).toMatchObject([
      { code: "incomplete-triggers", severity: "error", repair: "possible" },
      { code: "resurrected-client", severity: "error", clientIds: [4], repair: "possible" },
    ]);
    expect(await findings(db, true)).toMatchObject([{ repair: "done" }, { repair: "done" }]);
    expect(select(path())[3]).toMatchObject({ api_key: "revoked", password: null, metadata: "{}" });
    expect(await findings(db)).toEqual([]);
  });

  test("triggers of an earlier release are no fault, and are brought up to date", async () => {
    const { open, path } = hub("v2");
    const db = await open();
    await db.touch(2, 1);
    const old =
      "CREATE TRIGGER hivemind_db_update BEFORE UPDATE ON clients WHEN NEW.api_key IS NOT 'revoked' AND EXISTS (SELECT 1 FROM hivemind_db_revoked WHERE client_id IN (OLD.client_id, NEW.client_id)) BEGIN SELECT RAISE(IGNORE); END";
    run(path(), ["DROP TRIGGER hivemind_db_update"], [old]);
    run(path(), ["UPDATE hivemind_db_meta SET value = '2' WHERE key = 'layout'"]);

    expect(await findings(db)).toMatchObject([
      { code: "older-triggers", severity: "info", repair: "possible" },
    ]);
    run(path(), ["DROP TRIGGER hivemind_db_deleted"]);
    expect(await findings(db)).toMatchObject([{ code: "incomplete-triggers", severity: "error" }]);
    await findings(db, true);
    expect(await findings(db)).toEqual([]);
  });

  test("the next write makes the triggers anew, and takes in the tombstones that a hub has made meanwhile", async () => {
    const { open, path } = hub("v2");
    const [stale] = select(path());
    const db = await open();
    await db.touch(2, 1);
    run(path(), ...DROP_TRIGGERS, ["UPDATE clients SET api_key = 'revoked' WHERE client_id = 1"]);

    await db.updateClient(2, { name: "renamed" });
    run(path(), replace(stale ?? {}));

    expect((await db.getClient(1))?.revoked).toBe(true);
    expect(await findings(db)).toEqual([]);
  });
});

test("an index of certificates that differs from the records is named and mended", async () => {
  const { open, path } = hub("v2");
  const db = await open();
  const certificates = JSON.stringify({ hivemind_db: { certificates: [CERTIFICATE] } });
  await db.touch(2, 1);
  run(
    path(),
    ["UPDATE clients SET metadata = ? WHERE client_id = 2", certificates],
    ["DELETE FROM hivemind_db_unindexed"],
    ["INSERT INTO hivemind_db_fingerprints (sha256, client_id) VALUES ('ef', 3)"],
  );

  expect(await findings(db)).toMatchObject([{ code: "stale-fingerprints", clientIds: [2, 3] }]);
  await findings(db, true);

  expect(await findings(db)).toEqual([]);
  expect(run(path(), ["SELECT * FROM hivemind_db_fingerprints"])).toEqual([
    [{ sha256: FINGERPRINT, client_id: 2 }],
  ]);
});

test("what a hub has written is indexed by our next write", async () => {
  const { open, path } = hub("v2");
  const db = await open();
  const metadata = JSON.stringify({ hivemind_db: { certificates: [CERTIFICATE] } });
  await db.touch(2, 1);
  run(path(), ["UPDATE clients SET metadata = ? WHERE client_id = 2", metadata]);

  await db.touch(2, 2);

  const tables = run(
    path(),
    ["SELECT * FROM hivemind_db_fingerprints"],
    ["SELECT * FROM hivemind_db_unindexed"],
  );
  expect(tables).toEqual([[{ sha256: FINGERPRINT, client_id: 2 }], []]);
});

test("files that others can read are named, and stay as they are", async () => {
  const { open, path } = hub("v1");
  chmodSync(path(), 0o644);
  const db = await open();
  await db.touch(2, 1);
  for (const file of [path(), path("clients.db-wal"), path("clients.db-shm")]) chmodSync(file, 0o600);
  chmodSync(path("clients.db.schema-1.bak"), 0o604);

  const found = await findings(db, true);

  expect(codes(found)).toEqual(["readable-by-others"]);
  expect(found[0]?.message).toContain(`chmod 600 '${path("clients.db.schema-1.bak")}'`);
  expect(statSync(path("clients.db.schema-1.bak")).mode & 0o777).toBe(0o604);
});

test("a write-ahead log that somebody has turned off is named, and the next write turns it on again", async () => {
  const { open, path } = hub("v2");
  const db = await open();
  await db.touch(2, 1);
  await db.close();
  run(path(), ["PRAGMA journal_mode = DELETE"]);
  const again = await open();

  expect(codes(await findings(again))).toEqual(["no-write-ahead-log"]);
  await again.touch(2, 2);

  expect(await findings(again)).toEqual([]);
});

test("a damaged index is found, which no reading of the records shows", async () => {
  const { open, path, write } = hub("v2");
  const db = await open();
  await db.touch(2, 1);
  await db.close();
  const bytes = readFileSync(path());
  // An access key in the index alone: the table holds its clients in another order.
  const at = bytes.lastIndexOf("twitch-bridge");
  expect(at).not.toBe(bytes.indexOf("twitch-bridge"));
  bytes.write("twitch-ridge", at);
  write("clients.db", bytes);

  const found = await findings(await open());

  expect(codes(found)).toEqual(["damaged-file"]);
  expect(found[0]?.message).not.toMatch(/twitch/);
});

test("what a killed program left beside the store is named, and removed by a repair", async () => {
  const { open, path, write } = hub("v2");
  const [old, fresh] = [".clients.db.schema-1.bak.0a1b2c.tmp", ".clients.db.3d4e5f.tmp"];
  for (const name of [old, `${old}-journal`, fresh, "clients.db.tmp"]) write(name, "");
  for (const name of [old, `${old}-journal`]) utimesSync(path(name), 0, 0);
  const db = await open();

  expect(await findings(db)).toMatchObject([{ code: "leftover-file", repair: "possible" }]);
  expect(await findings(db, true)).toMatchObject([{ code: "leftover-file", repair: "done" }]);

  expect(await findings(db)).toEqual([]);
  expect([old, fresh, "clients.db.tmp"].map((name) => existsSync(path(name)))).toEqual([false, true, true]);
});

test("a store of schema 1 says so, and reading it all stays without effect", async () => {
  const { open, snapshot } = hub("v1");
  const before = snapshot();
  const db = await open();

  expect(codes(await findings(db, true))).toContain("old-schema");
  await db.close();

  expect(snapshot()).toEqual(before);
});
