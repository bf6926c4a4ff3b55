/** Confirmed writes where the master has to be found first, and where each key has one of its own. */
import { createDatabase } from "@hivemind/db-core";
import type { ClientDatabase } from "@hivemind/db-core";
import { startCluster } from "../../../tooling/redis/src/main.ts";
import type { RedisCluster } from "../../../tooling/redis/src/main.ts";
import { Cluster, Redis } from "ioredis";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import plugin from "../src/plugin.ts";
import { testOptions } from "./support/options.ts";

let cluster: RedisCluster;
let admin: Cluster;

beforeAll(async () => {
  cluster = await startCluster({ masters: 3, replicas: 1 });
  admin = new Cluster(places());
}, 60_000);
afterAll(async () => {
  admin.disconnect();
  await cluster.stop();
});

function places() {
  return cluster.masters.map(({ port }) => ({ host: "127.0.0.1", port }));
}

async function open(given: object): Promise<ClientDatabase> {
  const options = testOptions({ ...given, durability: { replicas: 1, timeout_ms: 500 } });
  const db = createDatabase(plugin, options, { create: true });
  await db.open();
  onTestFinished(() => db.close());
  return db;
}

/** What the replica of that key's master has. */
async function copyOf(key: string): Promise<string | undefined> {
  for (const { port } of cluster.replicas) {
    const replica = new Redis({ port, protocol: 2, readOnly: true });
    const text = await replica.get(key).catch(() => null);
    replica.disconnect();
    if (text !== null) return text;
  }
  return undefined;
}

async function withoutReplicas(work: () => Promise<void>): Promise<void> {
  for (const { server } of cluster.replicas) server.pause();
  await work();
  for (const { server } of cluster.replicas) server.resume();
}

const unconfirmed = { code: "unconfirmed" };

for (const found of ["cluster_nodes", "one host"] as const) {
  test(`by ${found}: what is acknowledged is on the replica of the clients' master`, async () => {
    const [first] = places();
    const db = await open(found === "one host" ? { port: first?.port } : { cluster_nodes: places() });

    const { client } = await db.addClient({ name: "one" });
    expect(await copyOf(`client:{clients}:client:${client.id}`)).toContain('"one"');
    const many = await Promise.all(Array.from({ length: 50 }, () => db.addClient()));
    expect(new Set(many.map(({ client: { id } }) => id)).size).toBe(50);
    await withoutReplicas(async () => {
      await expect(db.revokeClient(client.id)).rejects.toMatchObject(unconfirmed);
      await expect(db.revokeClient(client.id)).rejects.toMatchObject(unconfirmed);
    });
    await db.revokeClient(client.id);

    expect(await copyOf(`client:{clients}:client:${client.id}`)).toContain('"revoked"');
  });
}

test("without a hash tag: a revocation is acknowledged when the replicas of all its masters have it", async () => {
  const record = '{"client_id": 3, "api_key": "key", "name": "three"}';
  await admin.set("old:client:3", record);
  await admin.hset("old:api_key_records", "key", record);
  const db = await open({ index_prefix: "old", cluster_nodes: places() });

  await withoutReplicas(async () => {
    await expect(db.revokeClient(3)).rejects.toMatchObject(unconfirmed);
    await expect(db.revokeClient(3)).rejects.toMatchObject(unconfirmed);
  });
  expect(await db.revokeClient(3)).toMatchObject({ revoked: true });

  expect(await copyOf("old:client:3")).toContain('"revoked"');
  await Promise.all(Array.from({ length: 20 }, (_, i) => db.state("shared", "x").set(`key ${i}`, i)));
  expect((await db.state("shared", "x").list()).size).toBe(20);
});
