import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync, statSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { newRecord } from "@hivemind/db-core/backend";
import { describe, expect, test } from "vitest";
import plugin from "../src/plugin.ts";
import { children, exited } from "./support/child.ts";
import { all, hub } from "./support/hub.ts";

/** Frames of the write-ahead log that end a commit. https://sqlite.org/fileformat.html, 4.1 */
function commits(log: string): number {
  const bytes = execFileSync("cat", [log], { maxBuffer: 1 << 28 });
  const frame = 24 + bytes.readUInt32BE(8);
  let count = 0;
  for (let at = 32; at + frame <= bytes.length; at += frame) if (bytes.readUInt32BE(at + 4) !== 0) count += 1;
  return count;
}

test("what is written at once shares a transaction and a flush, and each caller has its own outcome", async () => {
  const { path } = hub();
  const host = { create: true, onNotice: () => undefined };
  const backend = await plugin.open({ name: "clients", subfolder: "hivemind-core" }, host);
  const add = (accessKey: string, token: string) =>
    backend.insert([{ make: (id) => newRecord(id, { accessKey }) }], token);
  await add("taken", "first");
  const before = commits(path("clients.db-wal"));

  const writes = Array.from({ length: 64 }, (_, i) => add(i % 8 === 0 ? "taken" : `key-${i}`, String(i)));
  const outcomes = await Promise.allSettled([
    ...writes,
    backend.touch(new Map([[1, 1000]])),
    backend.state.update("shared", "test/key", () => "1"),
  ]);

  expect(commits(path("clients.db-wal")) - before).toBe(1);
  expect(outcomes.filter(({ status }) => status === "rejected")).toHaveLength(8);
  const [page = []] = await Array.fromAsync(backend.list());
  expect(page.map(({ id }) => id)).toEqual(Array.from({ length: 57 }, (_, i) => i + 1));
  await backend.close();
});

describe("while another program holds the store", () => {
  test("a write waits without holding up anything else, and goes on at once", async () => {
    const { open, path, dataHome } = hub("v2");
    const db = await open();
    await db.touch(2, 1);
    const holder = children.fork("hold-lock", dataHome, {}, path());
    await once(holder, "message");

    const adding = db.addClient({ name: "waited" });
    let longest = 0;
    for (let turn = 0; turn < 40; turn += 1) {
      const started = performance.now();
      expect((await db.getClient(1))?.name).toBe("kitchen-satellite");
      await delay(5);
      longest = Math.max(longest, performance.now() - started);
    }
    // Far less than the ten seconds that the write would wait.
    expect(longest).toBeLessThan(1000);
    holder.kill("SIGKILL");
    await exited(holder);
    const died = performance.now();
    await adding;

    expect(performance.now() - died).toBeLessThan(1000);
    expect(await db.findByName("waited")).toHaveLength(1);
  });

  test("a write that waited for too long is refused, and has not happened", async () => {
    const { open, path, dataHome } = hub("v2");
    const db = await open({ busyTimeoutMs: 100 });
    await db.touch(2, 1);
    const holder = children.fork("hold-lock", dataHome, {}, path());
    await once(holder, "message");

    await expect(db.addClient()).rejects.toMatchObject({
      code: "locked",
      message: expect.stringContaining(path()),
    });
    holder.kill("SIGKILL");
    await exited(holder);

    expect(await all(db)).toHaveLength(10);
    expect((await db.addClient()).client.id).toBe(1001);
  });

  test("in a store without a write-ahead log a read waits too: it is never an empty store", async () => {
    const { open, path, dataHome } = hub("v2");
    const db = await open({ busyTimeoutMs: 100 });
    const holder = children.fork("hold-lock", dataHome, {}, path(), "EXCLUSIVE");
    await once(holder, "message");

    await expect(db.authenticate({ accessKey: "guest-key" })).rejects.toMatchObject({ code: "locked" });
    expect(await db.health()).toMatchObject({ ok: false, details: { code: "locked" } });
    holder.send("let go");
    await expect
      .poll(() => db.authenticate({ accessKey: "guest-key" }).catch(() => null))
      .toMatchObject({ allowed: true });
  });
});

// Without them an older SQLite, as Python brings it, takes itself for the last one and removes the log under us.
test.runIf(existsSync("/proc/locks"))(
  "a second handle in this process does not drop the locks of the first",
  async () => {
    const { open, path } = hub("v2");
    const first = await open();
    await first.updateClient(2, { description: "changed" });
    const inode = statSync(path()).ino;
    const locks = (): number =>
      readFileSync("/proc/locks", "utf8")
        .split("\n")
        .filter((line) => line.includes(` ${process.pid} `) && line.includes(`:${inode} `)).length;
    expect(locks()).toBe(1);

    const second = await open();
    expect(locks()).toBe(1);
    await second.backup(path("copy.db"));
    await second.close();

    expect(locks()).toBe(1);
    await first.close();
    expect(locks()).toBe(0);
  },
);

test("closing leaves nothing beside the store", async () => {
  const { open, path } = hub("v2");
  const [first, second] = [await open(), await open()];
  await first.addClient();
  await all(second);

  await first.close();
  await second.close();

  for (const name of ["clients.db-wal", "clients.db-shm"]) {
    expect(statSync(path(name), { throwIfNoEntry: false })).toBeUndefined();
  }
});
