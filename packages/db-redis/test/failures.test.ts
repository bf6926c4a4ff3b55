/** Every way in which a server says no, or nothing: a clear code in time, and never "unknown client". */
import { mkdirSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { once } from "node:events";
import { join } from "node:path";
import type { ClientDatabase, DbError, ErrorCode } from "@hivemind/db-core";
import { startRedis, tell } from "../../../tooling/redis/src/main.ts";
import { describe, expect, onTestFinished, test } from "vitest";
import { client, testServer } from "./support/test-server.ts";

const redis = testServer({ "enable-debug-command": "local" });

const READS: readonly ((db: ClientDatabase) => Promise<unknown>)[] = [
  (db) => db.authenticate({ accessKey: "key" }),
  (db) => db.authenticate({ accessKey: "a key that nobody has" }),
  (db) => db.getClient(1),
  (db) => db.findByName("name"),
  (db) => Array.fromAsync(db.listClients()),
  (db) => db.state("shared", "test").get("key"),
];
const WRITES: readonly ((db: ClientDatabase) => Promise<unknown>)[] = [
  (db) => db.addClient(),
  (db) => db.updateClient(1, { description: String(Math.random()) }),
  (db) => db.state("shared", "test").set("key", Math.random()),
];

async function failWith(code: ErrorCode, calls: typeof READS, db: ClientDatabase): Promise<void> {
  for (const call of calls) {
    const error = await call(db).then(
      () => undefined,
      (reason: unknown) => reason as DbError,
    );
    expect(`${error?.code}: ${error?.message}`).toMatch(new RegExp(`^${code}:`));
  }
}

async function withClient(given = {}): Promise<ClientDatabase> {
  const db = await redis.open(given);
  await db.addClient({ accessKey: "key", name: "name" });
  return db;
}

describe("a server that does not let us in", () => {
  test("no password, a wrong one, an unknown user: refused, without saying what was tried", async () => {
    await redis.admin.call("acl", "setuser", "guarded", "on", ">right-password", "~*", "&*", "+@all");
    await redis.admin.call("acl", "setuser", "default", "off");
    onTestFinished(async () => void (await redis.admin.call("acl", "setuser", "default", "on", "nopass")));

    for (const given of [
      {},
      { password: "wrong-canary" },
      { username: "guarded", password: "wrong-canary" },
    ]) {
      const opening = redis.database(given, false).open();
      await expect(opening).rejects.toMatchObject({ code: "refused" });
      const error: unknown = await opening.catch((reason: unknown) => reason);
      expect(String((error as Error).stack) + String((error as Error).cause)).not.toContain("canary");
    }
    const db = await redis.open({ username: "guarded", password: "right-password" });
    expect((await db.addClient()).client.id).toBe(1);
  });

  test("a user that lacks one command: refused before the first write, so that none is done by half", async () => {
    await withClient();
    await redis.admin.call("acl", "setuser", "lacking", "on", ">p", "~client:*", "&*", "+@all", "-hdel");
    const db = await redis.open({ username: "lacking", password: "p" }, false);
    const before = await redis.dump();

    await failWith("refused", [...WRITES, (d) => d.touch(1)], db);

    expect(await redis.dump()).toEqual(before);
  });

  test("a user that may only read: reads work, writes are refused", async () => {
    await withClient();
    await redis.admin.call(
      "acl",
      "setuser",
      "reader",
      "on",
      ">p",
      "~client:*",
      "&*",
      "+@read",
      "+evalsha",
      "+eval",
      "+auth",
    );
    const db = await redis.open({ username: "reader", password: "p" }, false);

    expect(await db.authenticate({ accessKey: "key" })).toMatchObject({ allowed: true });
    await failWith("refused", WRITES, db);
  });

  test("a password that the server does not want is no error, as with Python hubs", async () => {
    const db = await redis.open({ password: "unneeded" });
    expect((await db.addClient()).client.id).toBe(1);
  });

  test("a database that the server does not have is not taken for database 0", async () => {
    await withClient();
    await expect(redis.database({ db: 99 }).open()).rejects.toMatchObject({ code: "invalid" });
  });
});

describe("a server that cannot", () => {
  test("nobody listens: unreachable, at once", async () => {
    const started = performance.now();
    await expect(redis.database({ port: 1 }, false).open()).rejects.toMatchObject({ code: "unreachable" });
    expect(performance.now() - started).toBeLessThan(2000);
  });

  test("somebody listens and never answers: unreachable, within the timeout", async () => {
    const silent = createServer().listen(0, "127.0.0.1");
    await once(silent, "listening");
    onTestFinished(() => void silent.close());
    const { port } = silent.address() as AddressInfo;
    const started = performance.now();

    const opening = redis.database({ port, command_timeout_ms: 300, retry_attempts: 1 }, false).open();

    await expect(opening).rejects.toMatchObject({ code: "unreachable" });
    expect(performance.now() - started).toBeLessThan(1500);
  });

  test("a script of somebody else keeps it busy: unreachable", async () => {
    const db = await withClient();
    await redis.admin.config("SET", "busy-reply-threshold", "50");
    const killer = client(redis.server.port);
    onTestFinished(() => killer.disconnect());
    const endless = redis.admin.eval("while true do end", 0).catch(() => undefined);
    await expect.poll(() => killer.ping().catch((error: Error) => error.message)).toMatch(/^BUSY/);

    await failWith("unreachable", [...READS, ...WRITES], db);

    await killer.call("script", "kill");
    await endless;
    expect(await db.authenticate({ accessKey: "key" })).toMatchObject({ allowed: true });
  });

  test("out of memory: full, all or none; revoking and reading go on", async () => {
    const db = await withClient();
    await db.addClient({ accessKey: "other" });
    const before = await redis.dump();
    await redis.admin.config("SET", "maxmemory", "1");
    onTestFinished(async () => void (await redis.admin.config("SET", "maxmemory", "0")));

    await failWith("full", WRITES, db);
    await failWith("full", [(full) => full.touch(1)], db);
    expect(await redis.dump()).toEqual(before);
    expect(await db.authenticate({ accessKey: "key" })).toMatchObject({ allowed: true });
    await db.revokeClient(1);
    expect(await db.authenticate({ accessKey: "key" })).toMatchObject({
      allowed: false,
      reason: "unknown-key",
    });
  });

  test("a disk that it cannot save to (MISCONF): read-only", async () => {
    const db = await withClient();
    await redis.admin.config("SET", "save", "3600 1");
    // A folder in the place of the file: the snapshot fails for root too.
    mkdirSync(join(redis.server.folder, "dump.rdb"));
    onTestFinished(() => rmSync(join(redis.server.folder, "dump.rdb"), { recursive: true }));
    await redis.admin.bgsave();
    await expect.poll(() => redis.admin.info("persistence")).toMatch(/rdb_last_bgsave_status:err/);

    await failWith("read-only", WRITES, db);
    expect(await db.authenticate({ accessKey: "key" })).toMatchObject({ allowed: true });

    await redis.admin.config("SET", "save", "");
    expect((await db.addClient()).client.id).toBe(2);
  });

  test("a replica: read-only, and health says so", async () => {
    const db = await withClient();
    await redis.admin.replicaof("127.0.0.1", 1);
    onTestFinished(async () => void (await redis.admin.replicaof("NO", "ONE")));

    await failWith("read-only", WRITES, db);
    const { ok, details } = await db.health();
    expect([ok, details["role"]]).toEqual([false, "slave"]);
  });

  test("a key of another type in the way: corrupt, and nothing of the write is done", async () => {
    const db = await withClient();
    await redis.admin.set("client:name:taken", "a string");
    const before = await redis.dump();

    await failWith(
      "corrupt",
      [(d) => d.addClient({ name: "taken" }), (d) => d.updateClient(1, { name: "taken" })],
      db,
    );

    expect(await redis.dump()).toEqual(before);
  });

  test("keys of another type hold up no revocation", async () => {
    const db = await withClient();
    await redis.admin.del("client:name:name", "client:idx:1");
    await redis.admin.mset("client:name:name", "a string", "client:idx:1", "another");

    await db.revokeClient(1);

    expect(await db.authenticate({ accessKey: "key" })).toMatchObject({ reason: "unknown-key" });
    expect(await redis.admin.smembers("client:revoked")).toEqual(["1"]);
    expect(await redis.admin.hlen("client:api_key_records")).toBe(0);
    expect(await redis.admin.get("client:name:name")).toBe("a string");
  });
});

describe("a server that goes and comes", () => {
  test("is emptied under us: missing-store for every call, also when others fill it again", async () => {
    const db = await withClient();
    await redis.admin.flushall();
    await failWith("missing-store", [...READS, ...WRITES], db);
    expect((await db.health()).ok).toBe(false);

    await (await redis.open()).addClient({ accessKey: "key" });
    await failWith("missing-store", [...READS, ...WRITES], db);
  });

  test("keeps nothing, or throws keys away: health warns of it, and not of what is as it should be", async () => {
    const own = await startRedis();
    onTestFinished(() => own.stop());
    const db = await redis.open({ port: own.port });
    const warnings = async () => (await db.health()).warnings;
    expect(await warnings()).toEqual([expect.stringMatching(/keeps nothing.*Set appendonly yes/)]);

    await tell(own, "CONFIG SET appendonly yes");
    expect(await warnings()).toEqual([]);
    await tell(own, "CONFIG SET maxmemory 100mb maxmemory-policy allkeys-lru");
    expect(await warnings()).toEqual([
      expect.stringMatching(/\(maxmemory-policy allkeys-lru\), clients too/),
    ]);
    await tell(own, "CONFIG SET maxmemory-policy noeviction");
    expect(await warnings()).toEqual([]);
  });

  test(
    "is killed and started again: unreachable in between, and then it is used without a restart",
    { timeout: 20_000 },
    async () => {
      const own = await startRedis({ appendonly: "yes", appendfsync: "always" });
      onTestFinished(() => own.stop());
      const db = await redis.open({ port: own.port });
      await db.addClient({ accessKey: "key" });
      expect((await db.health()).details["persistence"]).toMatch(/^AOF, flushed before every answer/);

      await own.kill();
      await failWith("unreachable", [...READS, ...WRITES], db);
      await own.start();

      await expect
        .poll(() => db.authenticate({ accessKey: "key" }).catch(() => undefined))
        .toMatchObject({ allowed: true });
      expect((await db.addClient()).client.id).toBe(2);
    },
  );

  test("is loading its data: unreachable, and it says why", { timeout: 20_000 }, async () => {
    const own = await startRedis({ appendonly: "yes", "enable-debug-command": "local" });
    onTestFinished(() => own.stop());
    const filler = client(own.port);
    await filler.call("debug", "populate", "3000", "k", "100");
    await filler.call("config", "set", "key-load-delay", "1000").catch(() => undefined);
    const db = await redis.open({ port: own.port });
    await db.addClient();
    // Reloads from the disk with a pause at every key, and serves errors meanwhile.
    await filler.call("config", "set", "loading-process-events-interval-bytes", "1024");
    const reloading = filler.call("debug", "reload").catch(() => undefined);
    await expect.poll(() => answerOf(own.port)).toMatch(/^LOADING/);

    await failWith("unreachable", [READS[0] as (typeof READS)[number]], db);
    const { ok, message } = await db.health();
    expect([ok, message]).toEqual([false, expect.stringMatching(/loading/)]);

    filler.disconnect();
    await reloading;
  });
});

async function answerOf(port: number): Promise<string> {
  const probe = client(port);
  try {
    return await probe.get("x").then(String, (error: Error) => error.message);
  } finally {
    probe.disconnect();
  }
}
