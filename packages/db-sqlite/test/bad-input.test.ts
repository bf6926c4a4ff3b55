/** Each bad input has an error of its own, and leaves every byte as it was. */
import { chmodSync, cpSync, mkdirSync, renameSync, rmSync, symlinkSync, truncateSync } from "node:fs";
import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { DatabaseSync } from "node:sqlite";
import { describe, expect, test } from "vitest";
import { OWN_LAYOUT } from "../src/own-schema.ts";
import plugin from "../src/plugin.ts";
import { children, TYPESCRIPT } from "./support/child.ts";
import { all, fixture, FIXTURE_PASSWORD, hub } from "./support/hub.ts";
import type { Hub } from "./support/hub.ts";
import { run, select } from "./support/python.ts";

/** Overwrites a part in the middle of a file. */
function damaged(bytes: Buffer, from: number, length: number): Buffer {
  return Buffer.concat([bytes.subarray(0, from), Buffer.alloc(length, 0xa5), bytes.subarray(from + length)]);
}

function withSql(path: string, sql: string): void {
  const db = new DatabaseSync(path);
  db.exec(sql);
  db.close();
}

function dropping(event: string): string {
  return `CREATE TRIGGER drop_${event} BEFORE ${event} ON clients BEGIN SELECT RAISE(IGNORE); END`;
}

const PLAIN = "v2/clients.db";
const ENCRYPTED = "v2/clients-encrypted.db";

describe("what is no store of ours", () => {
  test.each<readonly [string, string, RegExp, (hive: Hub) => void]>([
    [
      "a text",
      "corrupt",
      /no SQLite database/,
      ({ write }) => write("clients.db", "clients are kept elsewhere\n"),
    ],
    ["zeros", "corrupt", /no SQLite database/, ({ write }) => write("clients.db", Buffer.alloc(8192))],
    [
      "the first bytes alone",
      "corrupt",
      /damaged/,
      ({ write }) => write("clients.db", fixture(PLAIN).subarray(0, 60)),
    ],
    [
      "half a file",
      "corrupt",
      /damaged/,
      ({ write }) => write("clients.db", fixture(PLAIN).subarray(0, 5000)),
    ],
    [
      "a damaged page",
      "corrupt",
      /damaged/,
      ({ write }) => write("clients.db", damaged(fixture(PLAIN), 4096, 4096)),
    ],
    [
      "a damaged header",
      "corrupt",
      /damaged/,
      ({ write }) => write("clients.db", damaged(fixture(PLAIN), 16, 84)),
    ],
    [
      "a file format that SQLite does not have",
      "corrupt",
      /damaged, or another program changed its tables/,
      ({ write }) => {
        const file = Buffer.from(fixture(PLAIN));
        // Where the header says how the schema is written: 1 to 4.
        file.writeUInt32BE(0x4a, 44);
        write("clients.db", file);
      },
    ],
    ["a folder", "corrupt", /clients\.db/, ({ path }) => mkdirSync(path())],
    [
      "another program's database",
      "corrupt",
      /another program/,
      ({ path }) => withSql(path(), "CREATE TABLE users (id)"),
    ],
    [
      "a table clients of another program",
      "corrupt",
      /lacks the columns name, /,
      ({ path }) => withSql(path(), "CREATE TABLE clients (client_id INTEGER PRIMARY KEY, api_key TEXT)"),
    ],
    [
      "a later schema",
      "newer-schema",
      /schema 3.*update @hivemind\/db-sqlite/,
      ({ write, path }) => {
        write("clients.db", fixture(PLAIN));
        withSql(path(), "PRAGMA user_version = 3");
      },
    ],
    [
      "noise, which is what an encrypted store looks like",
      "no-key",
      /password/,
      ({ write }) => write("clients.db", randomBytes(8192)),
    ],
  ])("%s", async (_name, code, message, prepare) => {
    const hive = hub();
    prepare(hive);
    const before = hive.snapshot();

    for (const create of [false, true]) {
      const db = hive.database({}, create);
      const failure = await db
        .open()
        .then(
          () => all(db),
          (error: unknown) => Promise.reject(error as Error),
        )
        .catch((error: unknown) => error);
      await db.close();
      expect(failure).toMatchObject({ code, message: expect.stringMatching(message) });
      expect((failure as Error).message).toContain(hive.path());
    }

    expect(hive.snapshot()).toEqual(before);
  });

  test("tables of a later release of ours", async () => {
    const { open, path, database, snapshot } = hub("v2");
    const db = await open();
    await db.touch(2, 1);
    await db.close();
    run(path(), ["UPDATE hivemind_db_meta SET value = ? WHERE key = 'layout'", OWN_LAYOUT + 1]);
    const before = snapshot();

    await expect(database().open()).rejects.toMatchObject({ code: "newer-schema" });

    expect(snapshot()).toEqual(before);
  });

  test("an empty file is no store, and with create it becomes one", async () => {
    const { open, write, database } = hub();
    write("clients.db", "");

    await expect(database().open()).rejects.toMatchObject({ code: "missing-store" });
    const db = await open({}, true);
    await db.addClient();

    expect(await all(await open())).toHaveLength(1);
  });

  test("links in a circle", async () => {
    const { database, path } = hub();
    symlinkSync(path(), path("other.db"));
    symlinkSync(path("other.db"), path());

    await expect(database({}, true).open()).rejects.toThrow(/clients\.db/);
    await expect(plugin.hasStore?.({ name: "clients", subfolder: "hivemind-core" })).rejects.toThrow("ELOOP");
  });
});

describe("what happens to the file while it is open", () => {
  test("a hub of a later schema takes it over: no call reads or writes it any more", async () => {
    const { open, path } = hub("v2");
    const db = await open();
    await db.touch(2, 1);

    run(path(), ["PRAGMA user_version = 3"]);

    await expect(db.getClient(1)).rejects.toMatchObject({ code: "newer-schema" });
    await expect(db.addClient()).rejects.toMatchObject({ code: "newer-schema" });
    expect(select(path())).toHaveLength(10);
  });

  test("a trigger that drops what we write does not make us say that it was written", async () => {
    const { open, path } = hub("v2");
    const db = await open();
    await db.touch(2, 1);
    run(path(), [dropping("INSERT")], [dropping("UPDATE")]);

    await expect(db.addClient()).rejects.toMatchObject({ code: "corrupt", clientIds: [1001] });
    await expect(db.revokeClient(4)).rejects.toMatchObject({ code: "corrupt", clientIds: [4] });

    expect(await all(db)).toHaveLength(10);
  });

  test("a write that fails in the middle takes none with it that shared its commit", async () => {
    const { open, path } = hub("v2");
    const db = await open();
    await db.touch(2, 1);
    run(
      path(),
      [
        "CREATE TRIGGER drop_some BEFORE INSERT ON clients WHEN NEW.name = 'dropped' BEGIN SELECT RAISE(IGNORE); END",
      ],
      // What is wrong with it is found by the COMMIT.
      ["CREATE TABLE other (id INTEGER REFERENCES hivemind_db_revoked DEFERRABLE INITIALLY DEFERRED)"],
      [
        "CREATE TRIGGER late AFTER INSERT ON clients WHEN NEW.name = 'late' BEGIN INSERT INTO other VALUES (77); END",
      ],
    );

    const outcomes = await Promise.allSettled([
      db.addClient({ name: "first" }, { token: "again" }),
      db.addClients([{ name: "half" }, { name: "dropped" }]),
      db.addClient({ name: "late" }),
      db.updateClient(2, { description: "changed" }),
      db.addClient({ accessKey: "1".repeat(32), name: "last" }),
      db.addClient({ accessKey: "1".repeat(32), name: "too late" }),
    ]);

    expect(outcomes.map((outcome) => (outcome.status === "rejected" ? outcome.reason.code : "done"))).toEqual(
      ["done", "corrupt", expect.stringMatching(/^(?!done)/), "done", "done", "duplicate-key"],
    );
    const clients = await all(db);
    const [one, two] = clients.slice(-2);
    expect([one?.id, two?.id]).toEqual([1001, 1002]);
    expect(new Set([one?.name, two?.name])).toEqual(new Set(["first", "last"]));
    expect(clients.find(({ id }) => id === 2)?.description).toBe("changed");
    // Also after one of those that ran again has failed: what the others have made is remembered.
    const again = await db.addClient({ name: "first" }, { token: "again" });
    expect(again.client.id).toBe(one?.name === "first" ? 1001 : 1002);
    expect(await all(db)).toHaveLength(12);
  });

  test("another file in its place is not written, and the old one neither", async () => {
    const { open, path, write } = hub("v2");
    const db = await open();
    await db.touch(2, 1);
    rmSync(path());
    write("clients.db", fixture(PLAIN));
    const before = select(path());

    await expect(db.addClient()).rejects.toMatchObject({ code: "missing-store" });
    await expect(db.getClient(1)).rejects.toMatchObject({ code: "missing-store" });

    expect(select(path())).toEqual(before);
  });

  test.each(["all tables", "our tables"])(
    "%s are dropped: it is not the store that it was",
    async (which) => {
      const { open, path } = hub("v2");
      const db = await open();
      await db.touch(2, 1);
      const tables = run(path(), [
        "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%'",
      ]);
      const names = (tables[0] ?? []).map(({ name }) => String(name));
      const dropped = which === "all tables" ? names : names.filter((name) => name !== "clients");

      run(path(), ...dropped.map((name) => [`DROP TABLE ${name}`] as const));

      await expect(db.authenticate({ accessKey: "guest-key" })).rejects.toMatchObject({
        code: "missing-store",
      });
      await expect(db.getClient(1)).rejects.toMatchObject({ code: "missing-store" });
      await expect(db.addClient()).rejects.toMatchObject({ code: "missing-store" });
    },
  );

  test("what another store holds is written into it, as a restore with SQLite's backup does", async () => {
    const { open, path } = hub("v2");
    const db = await open();
    await db.touch(2, 1);
    // That also counts the version of the tables up.
    withSql(
      path(),
      "DELETE FROM clients; UPDATE hivemind_db_meta SET value = 'another' WHERE key = 'store_id'; CREATE TABLE t (a); DROP TABLE t",
    );

    await expect(db.authenticate({ accessKey: "guest-key" })).rejects.toMatchObject({
      code: "missing-store",
    });
  });

  test.each(["hivemind_db_state", "hivemind_db_revoked", "hivemind_db_unindexed"])(
    "%s is dropped: what a node remembers and who was revoked does not read as unknown",
    async (table) => {
      const { open, path, database } = hub("v2");
      const db = await open();
      await db.revokeClient(4);

      run(path(), [`DROP TABLE ${table}`]);

      await expect(db.authenticate({ accessKey: "guest-key" })).rejects.toMatchObject({ code: "corrupt" });
      await expect(database().open()).rejects.toMatchObject({ code: "corrupt" });
    },
  );

  test.each([["-wal"], ["-wal", "-shm"]])(
    "its log is removed (%s %s): no write is acknowledged",
    async (...ends) => {
      const { open, path } = hub("v2");
      const db = await open();
      await db.touch(2, 1);
      await db.touch(2, 2);
      for (const end of ends) rmSync(path() + end);

      await expect(db.addClient()).rejects.toMatchObject({ code: "missing-store" });
      await expect(db.addClient()).rejects.toMatchObject({ code: "missing-store" });
      await expect(db.getClient(1)).rejects.toMatchObject({ code: "missing-store" });
      await db.close();

      expect((await (await open()).getClient(2))?.lastSeen).toBeGreaterThanOrEqual(2);
    },
  );

  test("another file in the place of its log: no write is acknowledged", async () => {
    const { open, path } = hub("v2");
    const db = await open();
    await db.touch(2, 1);
    await db.touch(2, 2);
    cpSync(`${path()}-wal`, path("other"));
    renameSync(path("other"), `${path()}-wal`);

    await expect(db.addClient()).rejects.toMatchObject({ code: "missing-store" });
    await expect(db.getClient(1)).rejects.toMatchObject({ code: "missing-store" });
  });

  test("the error of a disk that fails while we look is the one that is told", async () => {
    const { open, path } = hub("v2");
    const db = await open();
    await db.touch(2, 1);
    rmSync(`${path()}-wal`);
    await db.addClient().catch(() => undefined);

    await expect(db.getClient(1)).rejects.toMatchObject({ name: "DbError" });
  });

  test("a file that is cut short is damaged, and never an empty store", async () => {
    const { open, path } = hub("v2");
    const db = await open();
    await db.touch(2, 1);
    await db.close();
    truncateSync(path(), 4096);

    await expect(open()).rejects.toMatchObject({ code: "corrupt" });
  });
});

describe("passwords", () => {
  const encrypted = { name: "clients-encrypted" };

  test.each([
    ["a wrong one", { ...encrypted, password: "a wrong one" }, "wrong-key"],
    ["a key that is none", { ...encrypted, password: `x'${"ab".repeat(32)}'` }, "wrong-key"],
    ["none for an encrypted store", encrypted, "no-key"],
    ["one for a plain store", { password: FIXTURE_PASSWORD }, "invalid"],
  ])("%s", async (_name, options, code) => {
    const { database, snapshot } = hub("v2");
    const before = snapshot();

    const failure = await database(options, true)
      .open()
      .catch((error: unknown) => error);

    expect(failure).toMatchObject({ code });
    expect(String(failure)).not.toContain("wrong one");
    expect(snapshot()).toEqual(before);
  });

  test("the right one for a damaged store", async () => {
    const { open, write, snapshot } = hub();
    write("clients.db", damaged(fixture(ENCRYPTED), 4096 + 100, 10));
    const before = snapshot();

    await expect(open({ password: FIXTURE_PASSWORD })).rejects.toMatchObject({ code: "corrupt" });

    expect(snapshot()).toEqual(before);
  });

  test("the right one for what is no database at all", async () => {
    const { open, write } = hub();
    write("clients.db", "clients are kept elsewhere\n");

    await expect(open({ password: FIXTURE_PASSWORD })).rejects.toMatchObject({ code: "corrupt" });
  });
});

const NOBODY = 65_534;

describe("what the system refuses", () => {
  test("a file that we may not read", async () => {
    const { path, snapshot, dataHome, folder } = hub("v2");
    chmodSync(dataHome, 0o755);
    chmodSync(folder, 0o755);
    const before = snapshot();
    if (process.geteuid?.() !== 0) chmodSync(path(), 0o000);

    const outcome = await children.tryAdd(dataHome, 1, NOBODY);
    chmodSync(path(), 0o600);

    expect(outcome).toMatchObject({ added: 0, code: "refused" });
    expect(outcome.message).toContain(path());
    expect(snapshot()).toEqual(before);
  });

  test.each(["as copied", "with a write-ahead log"])(
    "a folder that we may not write, a store %s",
    async (kind) => {
      const { path, snapshot, dataHome, folder } = hub("v2");
      if (kind === "with a write-ahead log") run(path(), ["PRAGMA journal_mode = WAL"]);
      chmodSync(dataHome, 0o755);
      chmodSync(path(), 0o644);
      chmodSync(folder, 0o555);
      const before = snapshot();

      const outcome = await children.tryAdd(dataHome, 1, NOBODY);
      chmodSync(folder, 0o755);

      expect(outcome).toMatchObject({ added: 0, code: "read-only" });
      expect(outcome.message).toContain(path());
      expect(snapshot()).toEqual(before);
    },
  );

  test("a file system that is read-only", async () => {
    const { dataHome, folder, snapshot } = hub("v2");
    const before = snapshot();

    const output = await children.inMountNamespace(
      `mount --bind "$FOLDER" "$FOLDER"; mount -o remount,ro,bind "$FOLDER"; $NODE "$PROCESSES/try-add.process.ts" 1`,
      { FOLDER: folder, XDG_DATA_HOME: dataHome },
    );

    expect(JSON.parse(output)).toMatchObject({ added: 0, code: "read-only" });
    expect(snapshot()).toEqual(before);
  });

  test("a full disk: what was acknowledged is there, and the file is whole", async () => {
    const { dataHome, folder } = hub();

    const output = await children.inMountNamespace(
      `mount -t tmpfs -o size=512k t "$FOLDER"; $NODE "$PROCESSES/try-add.process.ts" 1000; ls -A "$FOLDER" | grep -c tmp || true; $NODE "$PROCESSES/statements.process.ts" "$FOLDER/clients.db" '[["SELECT count(*) AS n FROM clients"], ["PRAGMA integrity_check"]]'`,
      { FOLDER: folder, XDG_DATA_HOME: dataHome },
    );

    const [outcomeLine = "", leftovers = "", rows = ""] = output.split("\n");
    const outcome = JSON.parse(outcomeLine) as { added: number; code: string };
    expect(outcome.code).toBe("full");
    expect(outcome.added).toBeGreaterThan(5);
    expect(leftovers).toBe("0");
    expect(JSON.parse(rows)).toEqual([[{ n: outcome.added }], [{ integrity_check: "ok" }]]);
  });

  test("no room for the copy that a rekey ends with: it is done, and says where secrets may be left", async () => {
    const { dataHome, folder, path } = hub();

    const output = await children.inMountNamespace(
      `mount -t tmpfs -o size=16m t "$FOLDER"; $NODE "$PROCESSES/rekey-without-room.process.ts"`,
      { FOLDER: folder, XDG_DATA_HOME: dataHome },
    );

    const { leftIn, allowed } = JSON.parse(output) as { leftIn: readonly string[]; allowed: boolean };
    expect(leftIn).toContain(path());
    expect(allowed).toBe(true);
  });
});

test("a commit that fails on the disk is unconfirmed, and repeated with its token not done twice", async () => {
  const { dataHome, path } = hub();
  // The signal would end the process; ignored, the write itself fails.
  const script = `trap '' XFSZ; ulimit -S -f 400; exec ${process.execPath} ${TYPESCRIPT.join(" ")} ${children.path("fail-and-repeat")}`;

  const output = execFileSync("sh", ["-euc", script], {
    env: { ...process.env, XDG_DATA_HOME: dataHome },
    encoding: "utf8",
  });

  const { added, ...outcome } = JSON.parse(output) as { added: number };
  expect(added).toBeGreaterThan(3);
  expect(outcome).toEqual({
    code: "unconfirmed",
    hasToken: true,
    isThere: false,
    ids: [added + 1, added + 1],
  });
  expect(select(path())).toHaveLength(added + 1);
  expect(run(path(), ["PRAGMA integrity_check"])).toEqual([[{ integrity_check: "ok" }]]);
});

describe("options", () => {
  test.each([
    [{ name: "../clients" }, "name"],
    [{ name: "" }, "name"],
    [{ subfolder: "../../etc" }, "subfolder"],
    [{ subfolder: "/etc" }, "subfolder"],
    [{ folder: "here" }, "folder"],
    [{ synchronous: "off" }, "synchronous"],
    [{ busyTimeoutMs: -1 }, "busyTimeoutMs"],
    [{ busyTimeoutMs: 1.5 }, "busyTimeoutMs"],
    [{ password: 17 }, "password"],
  ])("%j is refused by name", async (options, name) => {
    const { issues = [] } = await plugin.options["~standard"].validate(options);

    expect(issues.map(({ path }) => path)).toEqual([[name]]);
  });

  test("none are needed, and an empty password is none, as for Python hubs", async () => {
    expect(await plugin.options["~standard"].validate({ password: "" })).toEqual({
      value: { name: "clients", subfolder: "hivemind-core", synchronous: "full", busyTimeoutMs: 10_000 },
    });
  });
});
