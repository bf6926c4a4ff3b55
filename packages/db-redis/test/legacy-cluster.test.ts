/** A cluster whose clients have no hash tag, as Python hubs leave them: read, touched, revoked, and converted. */
import { createDatabase } from "@hivemind/db-core";
import type { ClientDatabase, Notice } from "@hivemind/db-core";
import { startCluster } from "../../../tooling/redis/src/main.ts";
import type { RedisCluster } from "../../../tooling/redis/src/main.ts";
import { Cluster } from "ioredis";
import { afterAll, beforeAll, beforeEach, expect, onTestFinished, test } from "vitest";
import plugin from "../src/plugin.ts";
import { testOptions } from "./support/options.ts";

let cluster: RedisCluster;
let admin: Cluster;
const notices: Notice[] = [];

beforeAll(async () => {
  cluster = await startCluster({ masters: 3, replicas: 0 });
  admin = new Cluster(cluster.nodes.map(({ port }) => ({ host: "127.0.0.1", port })));
}, 60_000);
afterAll(async () => {
  admin.disconnect();
  await cluster.stop();
});
beforeEach(async () => {
  notices.length = 0;
  await Promise.all(admin.nodes("master").map((node) => node.flushall()));
  const writes = Array.from({ length: 30 }, async (_, i) => {
    const record = recordOf(i + 1, `key-${i + 1}`);
    await admin.set(`client:client:${i + 1}`, record);
    await admin.hset("client:api_key_records", `key-${i + 1}`, record);
  });
  await Promise.all([...writes, admin.set("client:schema_version", "2")]);
});

function recordOf(id: number, key: string): string {
  return `{"client_id": ${id}, "api_key": "${key}", "name": "n${id % 3}", "allowed_types": ["speak"], "metadata": {"big": 9007199254740993}}`;
}

async function open(given: object = {}): Promise<ClientDatabase> {
  const nodes = cluster.nodes.map(({ port }) => ({ host: "127.0.0.1", port }));
  const options = testOptions({ cluster_nodes: nodes, ...given });
  const db = createDatabase(plugin, options, { onNotice: (notice) => void notices.push(notice) });
  await db.open();
  onTestFinished(() => db.close());
  return db;
}

test("opens with a notice that names the conversion; clients are found, by whatever leads to the record", async () => {
  const db = await open();

  expect(notices).toMatchObject([{ message: expect.stringContaining("hivemind-db convert") as string }]);
  expect(await Array.fromAsync(db.listClients())).toHaveLength(30);
  expect(await db.authenticate({ accessKey: "key-7" })).toMatchObject({ allowed: true, client: { id: 7 } });
  expect((await db.findByName("n0")).map(({ id }) => id)).toEqual([3, 6, 9, 12, 15, 18, 21, 24, 27, 30]);
  // The copy that hubs read admits nobody here: neither an old key, nor is it needed for a new one.
  await admin.set("client:client:8", recordOf(8, "rotated"));
  expect(await db.authenticate({ accessKey: "key-8" })).toMatchObject({ allowed: false });
  expect(await db.authenticate({ accessKey: "rotated" })).toMatchObject({ allowed: true });
});

test("revokes for hubs too, first of all, and for good; last-seen goes forward and leaves no old copy", async () => {
  const db = await open();
  const stale = String(await admin.get("client:client:5"));

  await db.revokeClient(5);
  await db.touch(6, 1_800_000_000);
  await db.touch(5, 1_800_000_000);

  await expect
    .poll(() => admin.hmget("client:api_key_records", "key-5", "key-6", "key-7"), { timeout: 5000 })
    .toEqual([null, null, recordOf(7, "key-7")]);
  expect(await admin.smembers("client:revoked")).toEqual(["5"]);
  expect(await db.getClient(6)).toMatchObject({ lastSeen: 1_800_000_000 });
  await admin.set("client:client:5", stale);
  await admin.hset("client:api_key_records", "key-5", stale);
  expect(await db.authenticate({ accessKey: "key-5" })).toMatchObject({ allowed: false });
  const found = await Array.fromAsync(db.verify({ repair: true }));
  expect(found.map(({ code, repair }) => [code, repair])).toEqual([
    ["no-hash-tag", "none"],
    ["resurrected-client", "done"],
  ]);
  expect(await admin.hexists("client:api_key_records", "key-5")).toBe(0);
  expect(await admin.get("client:client:5")).toContain("revoked");
});

test("what would need several keys at once is refused, names the conversion, and changes nothing", async () => {
  const db = await open();
  const before = await admin.get("client:client:1");

  for (const refused of [() => db.addClient(), () => db.updateClient(1, { name: "x" }), () => db.migrate()])
    await expect(refused()).rejects.toMatchObject({
      code: "unsupported",
      message: expect.stringContaining("hivemind-db convert") as string,
    });

  expect(await admin.get("client:client:1")).toBe(before);
  expect(await admin.exists("client:client:31")).toBe(0);
});

test("state is kept; a hash that hubs should not read any more is named, and mended", async () => {
  const db = await open();
  await db.state("node:a", "keys").set("own", { n: 1 });
  await db.state("node:a", "keys").set("own", { n: 2 });
  await admin.hset("client:api_key_records", "old-key", recordOf(4, "old-key"));

  const codes = async (repair: boolean) =>
    (await Array.fromAsync(db.verify({ repair }))).map(({ code, repair: state }) => `${code} ${state}`);
  expect(await codes(true)).toEqual(["no-hash-tag none", "dead-key-record done"]);
  expect(await codes(false)).toEqual(["no-hash-tag none"]);
  expect(await db.state("node:a", "keys").get("own")).toEqual({ n: 2 });
});

test("is converted to a hash tag, with all of it; the next one that opens works there", async () => {
  const db = await open();
  await db.revokeClient(5);
  await db.state("node:a", "keys").set("own", 1);
  const clients = await Array.fromAsync(db.listClients());
  // Named by one host, it is found to be a cluster.
  const options = testOptions({ port: cluster.nodes[0]?.port });

  expect(await plugin.convert?.(options, { dryRun: true })).toMatchObject({ isDone: false, records: 30 });
  const report = await plugin.convert?.(options, { dryRun: false });

  expect(report).toMatchObject({ isDone: true, records: 30, tombstones: 1, revocations: 1, stateEntries: 1 });
  const tagged = await open({ cluster_hash_tag: "clients" });
  expect(await Array.fromAsync(tagged.listClients())).toEqual(clients);
  expect(await Array.fromAsync(tagged.verify())).toEqual([]);
  expect((await tagged.addClient()).client.id).toBe(31);
  expect(await tagged.state("node:a", "keys").get("own")).toBe(1);
  expect(await admin.exists("client:client:31")).toBe(0);
});
