/** `durability: { replicas }`: what is acknowledged is on a replica, and what is not says so in time. */
import { setTimeout as delay } from "node:timers/promises";
import type { ClientDatabase, DbError } from "@hivemind/db-core";
import { startRedis, SYNC_BY_FILE } from "../../../tooling/redis/src/main.ts";
import type { RedisServer } from "../../../tooling/redis/src/main.ts";
import type { Redis } from "ioredis";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { client, testServer } from "./support/test-server.ts";

const redis = testServer(SYNC_BY_FILE);
const TIMEOUT = 200;
const CONFIRMED = { durability: { replicas: 1, timeout_ms: TIMEOUT } };
let replica: RedisServer;
let copy: Redis;

beforeAll(async () => {
  replica = await startRedis({ replicaof: `127.0.0.1 ${redis.server.port}` });
  await replica.printed(/sync: Finished with success/);
  copy = client(replica.port);
}, 60_000);
afterEach(() => replica.resume());
afterAll(async () => {
  copy.disconnect();
  await replica.stop();
});

const unconfirmed = { code: "unconfirmed", message: expect.stringMatching(/0 of 1 replicas/) as string };

async function timed(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await expect(work()).rejects.toMatchObject(unconfirmed);
  return performance.now() - started;
}

/** Opened, with a client, and its first write behind it. */
async function withClient(): Promise<ClientDatabase> {
  const db = await redis.open(CONFIRMED);
  await db.addClient({ accessKey: "key", name: "one" });
  return db;
}

test("a write that is acknowledged is on the replica", async () => {
  const db = await redis.open({ durability: { replicas: 1, timeout_ms: 5000 } });
  await db.addClient({ accessKey: "key", name: "one" });
  for (let i = 0; i < 100; i += 1) {
    await db.updateClient(1, { description: `change ${i}` });
    expect(await copy.get("client:client:1")).toContain(`change ${i}`);
  }
  const added = await Promise.all(Array.from({ length: 100 }, () => db.addClient()));
  expect(await copy.exists(...added.map(({ client: { id } }) => `client:client:${id}`))).toBe(100);
  await db.state("shared", "test").set("key", 1);
  expect(await copy.hlen("client:hivemind:state:shared")).toBe(1);
  expect((await db.health()).details["durability"]).toMatch(/in the memory of 1 replica:/);
  expect(await Array.fromAsync(db.verify())).toEqual([]);
});

test("with a replica that is stopped an insert is unconfirmed, in time, and repeated with its token until it is confirmed", async () => {
  const db = await withClient();
  replica.pause();

  const started = performance.now();
  const error = await db.addClient({ accessKey: "new" }).catch((reason: DbError) => reason);
  expect(performance.now() - started).toBeLessThan(TIMEOUT + 2000);
  expect(error).toMatchObject({ ...unconfirmed, token: expect.any(String) as string });
  const { token = "" } = error as DbError;
  // It is there. To say so would be to acknowledge what a failover may lose.
  await timed(() => db.addClient({ accessKey: "new" }, { token }));

  replica.resume();
  const { client: added } = await db.addClient({ accessKey: "new" }, { token });

  expect(added.id).toBe(2);
  expect(await copy.get("client:client:2")).toContain("new");
  expect(await Array.fromAsync(db.listClients())).toHaveLength(2);
});

test("an unconfirmed revocation that is repeated is not acknowledged for being there already", async () => {
  const db = await withClient();
  replica.pause();

  await timed(() => db.revokeClient(1));
  await timed(() => db.revokeClient(1));
  expect(await db.authenticate({ accessKey: "key" })).toMatchObject({ allowed: false });

  replica.resume();
  expect(await db.revokeClient(1)).toMatchObject({ revoked: true });
  expect(await copy.get("client:client:1")).toContain("revoked");
  expect(await copy.smembers("client:revoked")).toEqual(["1"]);
});

test("nor is a change or an entry of state that finds nothing to do", async () => {
  const db = await withClient();
  const state = db.state("node:a", "keys");
  replica.pause();

  await timed(() => db.updateClient(1, { description: "same" }));
  await timed(() => db.updateClient(1, { description: "same" }));
  await timed(() => state.set("own", "text"));
  await timed(() => state.set("own", "text"));

  replica.resume();
  await db.updateClient(1, { description: "same" });
  await state.set("own", "text");
  expect(await copy.hlen("client:hivemind:state:node:a")).toBe(1);
});

test("many writes at once wait together, and hold up neither reads nor last-seen", async () => {
  await withClient();
  const timeout = 1000;
  const backend = await redis.backend({ durability: { replicas: 1, timeout_ms: timeout } });
  await backend.state.update("shared", "first", () => "made");
  replica.pause();
  const started = performance.now();
  let settled = 0;
  const writes = Array.from({ length: 60 }, async (_, i) => {
    await expect(backend.state.update("shared", `key ${i}`, () => "text")).rejects.toMatchObject(unconfirmed);
    settled += 1;
  });

  for (let i = 0; i < 20; i += 1) {
    expect((await backend.get([1])).size).toBe(1);
    await backend.touch(new Map([[1, 1000 + i]]));
  }
  expect(settled).toBe(0);
  await Promise.all(writes);

  // Not one after the other.
  expect(performance.now() - started).toBeLessThan(4 * timeout);
});

test("a write is made while earlier ones still wait for a replica", async () => {
  await withClient();
  const backend = await redis.backend({ durability: { replicas: 1, timeout_ms: 4000 } });
  await backend.state.update("shared", "first", () => "made");
  replica.pause();
  let settled = 0;
  const writes = Array.from({ length: 4 }, async (_, i) => {
    await expect
      .poll(() => redis.admin.hlen("client:hivemind:state:shared"), { timeout: 10_000, interval: 5 })
      .toBe(1 + i);
    await backend.state.update("shared", `key ${i}`, () => "text").finally(() => (settled += 1));
  });

  await expect
    .poll(() => redis.admin.hexists("client:hivemind:state:shared", "key 3"), {
      timeout: 10_000,
      interval: 5,
    })
    .toBe(1);
  expect(settled).toBe(0);

  replica.resume();
  await Promise.all(writes);
});

test("also where all connections exist: no burst takes them all at once, and makes the next write wait", async () => {
  await withClient();
  const backend = await redis.backend({ durability: { replicas: 1, timeout_ms: 4000 } });
  const writes: Promise<unknown>[] = [];
  let settled = 0;
  const write = (key: string): void => {
    const updating = backend.state.update("shared", key, () => "text").finally(() => (settled += 1));
    writes.push(updating);
  };
  const isThere = (key: string) =>
    expect.poll(() => redis.admin.hexists("client:hivemind:state:shared", key), {
      timeout: 10_000,
      interval: 5,
    });
  await backend.state.update("shared", "first", () => "made");
  replica.pause();
  for (let i = 0; i < 8; i += 1) {
    write(`slow ${i}`);
    await isThere(`slow ${i}`).toBe(1);
  }
  expect(await redis.admin.info("clients")).toMatch(/blocked_clients:8\r/);
  replica.resume();
  await Promise.all(writes);
  replica.pause();
  settled = 0;

  for (let i = 0; i < 9; i += 1) {
    write(`quick ${i}`);
    await delay(2);
  }
  await isThere("quick 8").toBe(1);

  expect(settled).toBe(0);
  replica.resume();
  await Promise.all(writes);
});

test("a connection that is lost while it waits is unconfirmed, and nothing is done twice", async () => {
  const db = await withClient();
  replica.pause();
  const adding = db.addClient({ accessKey: "new" }).catch((reason: DbError) => reason);
  await expect.poll(() => redis.admin.exists("client:client:2")).toBe(1);

  await redis.admin.call("client", "kill", "type", "normal", "skipme", "yes");

  const error = await adding;
  expect(error).toMatchObject({ code: "unconfirmed" });
  replica.resume();
  const { token = "" } = error as DbError;
  expect((await db.addClient({ accessKey: "new" }, { token })).client.id).toBe(2);
  expect(await Array.fromAsync(db.listClients())).toHaveLength(2);
});

test("a refusal is an answer, and waits for nobody", async () => {
  const db = await withClient();
  replica.pause();

  await expect(db.addClient({ accessKey: "key" })).rejects.toMatchObject({ code: "duplicate-key" });
  await expect(db.updateClient(9, {})).rejects.toMatchObject({ code: "no-such-client" });
});

test("a user who may not WAIT is refused before anything is written", async () => {
  await redis.admin.call("acl", "setuser", "nowait", "on", ">password", "~*", "&*", "+@all", "-wait");
  const db = await redis.open({ ...CONFIRMED, username: "nowait", password: "password" });

  await expect(db.addClient()).rejects.toMatchObject({ code: "refused" });

  expect(await redis.dump()).toEqual({});
});
