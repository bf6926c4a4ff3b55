/** Clients that are added at the same time: one script for many of them, and each hears for itself. */
import type { ClientDatabase } from "@hivemind/db-core";
import { expect, test } from "vitest";
import { client, testServer } from "./support/test-server.ts";

const redis = testServer();

async function withClient(): Promise<ClientDatabase> {
  const db = await redis.open();
  await db.addClient({ accessKey: "first" });
  return db;
}

async function scriptCalls(): Promise<number> {
  const stats = await redis.admin.info("commandstats");
  return Number(/cmdstat_evalsha:calls=(\d+)/.exec(stats)?.[1] ?? 0);
}

test("64 at once are four scripts, and have dense ids in their order", async () => {
  const db = await withClient();
  await redis.admin.config("RESETSTAT");

  const added = await Promise.all(
    Array.from({ length: 64 }, (_, i) => db.addClient({ accessKey: `key ${i}` })),
  );

  expect(await scriptCalls()).toBe(4);
  expect(added.map(({ client: { id } }) => id)).toEqual(Array.from({ length: 64 }, (_, i) => i + 2));
  expect(await redis.admin.get("client:count")).toBe("65");
  expect(await Array.fromAsync(db.verify())).toEqual([]);
});

test("what is wrong with some of them is told to those alone, and nothing of theirs is written", async () => {
  const db = await withClient();
  await redis.admin.set("client:name:of another type", "a string");

  const outcomes = await Promise.allSettled([
    db.addClient({ accessKey: "a" }),
    db.addClient({ accessKey: "first" }),
    db.addClient({ accessKey: "b", name: "of another type" }),
    db.addClients([{ accessKey: "c" }, { accessKey: "a" }]),
    db.addClient({ accessKey: "d", id: 1 }),
    db.addClient({ accessKey: "e" }),
  ]);

  const told = outcomes.map((outcome) =>
    outcome.status === "fulfilled" ? "added" : (outcome.reason as { readonly code: unknown }).code,
  );
  expect(told).toEqual(["added", "duplicate-key", "corrupt", "duplicate-key", "duplicate-key", "added"]);
  await redis.admin.del("client:name:of another type");
  expect(await Array.fromAsync(db.listClients(), ({ id }) => id)).toEqual([1, 2, 3]);
  expect((await redis.admin.hkeys("client:api_key_records")).toSorted()).toEqual(["a", "e", "first"]);
  expect(await Array.fromAsync(db.verify())).toEqual([]);
});

test("one whose key has another type, before anything is written: the others are added all the same", async () => {
  const db = await withClient();
  await redis.admin.set("client:name:of another type", "a string");

  const outcomes = await Promise.allSettled([
    db.addClient({ name: "of another type" }),
    db.addClient({ accessKey: "a" }),
    db.addClient({ accessKey: "b" }),
  ]);

  expect(outcomes).toMatchObject([
    { status: "rejected", reason: { code: "corrupt" } },
    { value: { secrets: { accessKey: "a" } } },
    { value: { secrets: { accessKey: "b" } } },
  ]);
  expect(await Array.fromAsync(db.listClients(), ({ id }) => id)).toEqual([1, 2, 3]);
});

test("the same token twice at once makes one client", async () => {
  const db = await withClient();

  const twice = await Promise.all([
    db.addClient({ accessKey: "a" }, { token: "token" }),
    db.addClient({ accessKey: "a" }, { token: "token" }),
    db.addClient({ accessKey: "b" }),
  ]);

  expect(twice.map(({ client: { id } }) => id)).toEqual([2, 2, 3]);
  expect(await Array.fromAsync(db.listClients(), ({ id }) => id)).toEqual([1, 2, 3]);
});

test("a hub that adds beside them: no id is taken twice", async () => {
  const db = await withClient();
  const hub = client(redis.server.port);
  await hub.set("client:client:2", JSON.stringify({ client_id: 2, api_key: "hub" }));
  await hub.sadd("client:api_key:hub", 2);
  await hub.incr("client:count");
  hub.disconnect();

  const added = await Promise.all(["a", "b", "c"].map((accessKey) => db.addClient({ accessKey })));

  expect(new Set(added.map(({ client: { id } }) => id))).toEqual(new Set([3, 4, 5]));
  expect(await db.authenticate({ accessKey: "hub" })).toMatchObject({ allowed: true, client: { id: 2 } });
});
