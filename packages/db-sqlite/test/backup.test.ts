import { once } from "node:events";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { children, exited } from "./support/child.ts";
import { all, FIXTURE_PASSWORD, hub } from "./support/hub.ts";
import { run, select } from "./support/python.ts";

describe("an online copy", () => {
  test("is of one moment, while others write", async () => {
    const { open, path } = hub("v2");
    const [db, other] = [await open(), await open()];
    await db.revokeClient(9);
    const adding = Array.from({ length: 50 }, () => other.addClients([{}, {}]));

    await db.backup(path("copy.db"));
    await Promise.all(adding);

    const copied = select(path("copy.db"));
    expect((copied.length - 10) % 2).toBe(0);
    expect(run(path("copy.db"), ["PRAGMA integrity_check"])).toEqual([[{ integrity_check: "ok" }]]);
    const copy = await open({ name: "copy" });
    expect((await copy.getClient(9))?.revoked).toBe(true);
    expect(copy.info().storeId).toBe(db.info().storeId);
  });

  test("of an encrypted store is encrypted with the same password", async () => {
    const { open, path } = hub("v2");
    const db = await open({ name: "clients-encrypted", password: FIXTURE_PASSWORD });

    await db.backup(path("copy.db"));

    expect(readFileSync(path("copy.db")).includes("kitchen-satellite")).toBe(false);
    expect(await all(await open({ name: "copy", password: FIXTURE_PASSWORD }))).toHaveLength(10);
  });

  test("of a schema-1 store is of schema 1, and leaves the store as it is", async () => {
    const { open, path, snapshot } = hub("v1");
    const before = snapshot().get("clients.db");
    const db = await open();

    await db.backup(path("copy.db"));
    await db.close();

    expect(run(path("copy.db"), ["PRAGMA user_version"])).toEqual([[{ user_version: 0 }]]);
    expect(snapshot().get("clients.db")).toBe(before);
  });

  test("never takes the place of a file, and leaves nothing behind where it fails", async () => {
    const { open, path, write, folder } = hub("v2");
    write("taken", "something else");
    const db = await open();

    await expect(db.backup(path("taken"))).rejects.toMatchObject({ code: "invalid" });
    await expect(db.backup(path())).rejects.toMatchObject({ code: "invalid" });
    await expect(db.backup(path("no/such/folder/copy.db"))).rejects.toMatchObject({ code: "missing-store" });

    expect(readFileSync(path("taken"), "utf8")).toBe("something else");
    expect(readdirSync(folder).filter((name) => name.endsWith(".tmp"))).toEqual([]);
    expect(await all(db)).toHaveLength(10);
  });

  test("of a store that is not there yet is refused", async () => {
    const { open, path } = hub();
    const db = await open({}, true);

    await expect(db.backup(path("copy.db"))).rejects.toMatchObject({ code: "missing-store" });

    expect(existsSync(path("copy.db"))).toBe(false);
  });
});

test("a write-ahead log that a killed hub left is read, and not moved into the file by reading", async () => {
  const { open, path, dataHome, snapshot } = hub("v2");
  const db = await open();
  await db.touch(2, 1);
  await db.close();
  const child = children.fork("add-for-ever", dataHome);
  await once(child, "message");
  child.kill("SIGKILL");
  await exited(child);
  const before = snapshot();
  expect(statSync(path("clients.db-wal")).size).toBeGreaterThan(0);

  const reader = await open();
  expect((await reader.getClient(1001))?.name).toBe("HiveMind-Node-1001");
  await reader.close();

  expect(snapshot()).toEqual(before);
  const writer = await open();
  await writer.touch(2, 2);
  await writer.close();
  expect(existsSync(path("clients.db-wal"))).toBe(false);
  expect(select(path()).at(-1)?.["client_id"]).toBeGreaterThanOrEqual(1001);
});

test("a write that a killed program left half done in the file, without a log, is taken back by reading", async () => {
  const { open, path, dataHome } = hub("v2");
  const before = select(path());
  const many = "WITH RECURSIVE n(i) AS (SELECT 2000 UNION ALL SELECT i + 1 FROM n WHERE i < 4000)";
  const insert = `${many} INSERT INTO clients (client_id, api_key, name) SELECT i, 'half-' || i, hex(randomblob(100)) FROM n`;
  const child = children.fork("hold-lock", dataHome, {}, path(), "IMMEDIATE", insert);
  await once(child, "message");
  child.kill("SIGKILL");
  await exited(child);
  expect(statSync(path("clients.db-journal")).size).toBeGreaterThan(0);
  expect(statSync(path()).size).toBeGreaterThan(100_000);

  const db = await open();

  expect((await all(db)).map(({ id }) => id)).toEqual(before.map((row) => row["client_id"]));
  expect(await db.authenticate({ accessKey: "half-2000" })).toMatchObject({ reason: "unknown-key" });
});

test.each(["-wal", "-shm", "-journal"])("not to a name that SQLite removes (%s)", async (end) => {
  const { open, path } = hub("v2");
  const db = await open();

  await expect(db.backup(path() + end)).rejects.toMatchObject({ code: "invalid" });
});
