/** A cluster whose clients have no hash tag, as Python hubs leave them: read, touched, revoked, and converted. */
import { createDatabase } from "@hivemind/db-core";
import type { ClientDatabase, Notice } from "@hivemind/db-core";
import { startCluster } from "../../../tooling/redis/src/main.ts";
import type { RedisCluster } from "../../../tooling/redis/src/main.ts";
import { Cluster } from "ioredis";
import type { Redis } from "ioredis";
import { afterAll, beforeAll, beforeEach, expect, onTestFinished, test } from "vitest";
import plugin from "../src/plugin.ts";
import { slotOf } from "../src/slot.ts";
import { beginMove, giveSlots, moveKeys, moveSlot } from "./support/move-slot.ts";
import type { End } from "./support/move-slot.ts";
import { testOptions } from "./support/options.ts";
import { client } from "./support/test-server.ts";

const COPIES = "client:api_key_records";
let cluster: RedisCluster;
let admin: Cluster;
/** In the order of their slots. */
let ends: readonly End[];
const notices: Notice[] = [];

beforeAll(async () => {
  cluster = await startCluster({ masters: 3, replicas: 0 });
  admin = new Cluster(cluster.nodes.map(({ port }) => ({ host: "127.0.0.1", port })));
  ends = cluster.masters.map((node) => ({ redis: client(node.port), node }));
}, 60_000);
afterAll(async () => {
  admin.disconnect();
  for (const { redis } of ends) redis.disconnect();
  await cluster.stop();
});
beforeEach(async () => {
  notices.length = 0;
  await empty();
  await fill();
});

async function empty(): Promise<void> {
  await Promise.all(ends.map(({ redis }) => redis.flushall()));
}

async function fill(): Promise<void> {
  const writes = Array.from({ length: 30 }, async (_, i) => {
    const record = recordOf(i + 1, `key-${i + 1}`);
    await admin.set(`client:client:${i + 1}`, record);
    await admin.hset("client:api_key_records", `key-${i + 1}`, record);
  });
  await Promise.all([...writes, admin.set("client:schema_version", "2")]);
}

function recordOf(id: number, key: string): string {
  return `{"client_id": ${id}, "api_key": "${key}", "name": "n${id % 3}", "allowed_types": ["speak"], "metadata": {"big": 9007199254740993}}`;
}

function endOf(key: string): End {
  return ends[Math.floor((slotOf(key) * ends.length) / 16_384)] as End;
}

/** A client whose record is with another master than what is written before it is revoked. */
function apart(): { id: number; master: Redis } {
  const others = new Set([endOf("client:revoked"), endOf(COPIES)]);
  const id = Array.from({ length: 30 }, (_, i) => i + 1).find(
    (one) => !others.has(endOf(`client:client:${one}`)),
  );
  return { id: Number(id), master: endOf(`client:client:${id}`).redis };
}

/** Until the end of the test. */
async function configure(masters: readonly Redis[], setting: string, value: string): Promise<void> {
  for (const master of masters) {
    onTestFinished(async () => void (await master.config("SET", setting, "0")));
    await master.config("SET", setting, value);
  }
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

test("clients are found that are with a master already which is just given its first slot", async () => {
  const masters = ends.map(({ redis }) => redis);
  const slot = slotOf("client:client:7");
  const from = endOf("client:client:7");
  const [to, heir] = ends.filter((end) => end !== from) as [End, End];
  await empty();
  await giveSlots(to.node.slots, to.redis, heir.redis, masters);
  await fill();
  onTestFinished(async () => {
    await empty();
    for (const master of masters) await master.cluster("SETSLOT", slot, "STABLE");
    await giveSlots(to.node.slots, heir.redis, to.redis, masters);
  });
  const db = await open();
  await beginMove({ slot, from, to, masters });
  await moveKeys({ slot, from, to, masters });

  expect(await db.authenticate({ accessKey: "key-7" })).toMatchObject({ allowed: true, client: { id: 7 } });
  expect(await Array.fromAsync(db.listClients())).toHaveLength(30);
  await db.revokeClient(7);
  expect(await db.authenticate({ accessKey: "key-7" })).toMatchObject({ allowed: false });
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

test("a revocation that is refused amid its steps is unconfirmed, since the client is out; repeated, it is done", async () => {
  const db = await open();
  const { id, master } = apart();
  await configure([master], "min-replicas-to-write", "1");

  await expect(db.revokeClient(id)).rejects.toMatchObject({
    code: "unconfirmed",
    message: expect.stringMatching(/too few replicas.*has begun: repeat it/) as string,
  });
  expect(await db.authenticate({ accessKey: `key-${id}` })).toMatchObject({ allowed: false });
  expect(await admin.hexists(COPIES, `key-${id}`)).toBe(0);

  await master.config("SET", "min-replicas-to-write", "0");
  await db.revokeClient(id);
  expect(await db.getClient(id)).toMatchObject({ revoked: true });
});

test("refused by the first step, nothing of it has happened", async () => {
  const db = await open();
  await configure([endOf(COPIES).redis], "min-replicas-to-write", "1");

  await expect(db.revokeClient(7)).rejects.toMatchObject({ code: "read-only" });

  expect(await db.authenticate({ accessKey: "key-7" })).toMatchObject({ allowed: true });
});

test("revoking needs no memory, and no api_key_records", async () => {
  const db = await open();
  await configure(
    ends.map(({ redis }) => redis),
    "maxmemory",
    "1",
  );
  await db.revokeClient(5);
  expect(await admin.hexists(COPIES, "key-5")).toBe(0);
  for (const { redis } of ends) await redis.config("SET", "maxmemory", "0");
  await admin.del(COPIES);
  await admin.set(COPIES, "not ours");
  await db.revokeClient(6);

  for (const id of [5, 6]) {
    expect(await db.getClient(id)).toMatchObject({ revoked: true });
    expect(await admin.sismember("client:revoked", id)).toBe(1);
  }
  expect(await admin.get(COPIES)).toBe("not ours");
});

test("what a hub caches between two steps is gone at the end", async () => {
  const db = await open();
  const { id, master } = apart();
  const copy = String(await admin.get(`client:client:${id}`));
  // What comes before the first write may ask the one that is paused.
  await db.state("shared", "s").set("known", 1);
  onTestFinished(async () => void (await master.call("client", "unpause")));
  await master.call("client", "pause", 30_000, "write");
  const revoking = db.revokeClient(id);
  await expect.poll(() => admin.sismember("client:revoked", id)).toBe(1);

  await admin.hset(COPIES, `key-${id}`, copy);
  await master.call("client", "unpause");
  await revoking;

  expect(await admin.hexists(COPIES, `key-${id}`)).toBe(0);
});

test("overtaken amid its steps, and refused when it is tried again: unconfirmed", async () => {
  const db = await open();
  const { id, master } = apart();
  await db.state("shared", "s").set("known", 1);
  onTestFinished(async () => void (await master.call("client", "unpause")));
  await master.call("client", "pause", 30_000, "write");
  // The server takes it when it goes on, before what comes after it.
  const overtaking = master.set(`client:client:${id}`, `${recordOf(id, `key-${id}`)} `);
  const revoking = db.revokeClient(id).catch((error: unknown) => error);
  await expect.poll(() => admin.sismember("client:revoked", id)).toBe(1);

  await configure([endOf(COPIES).redis], "min-replicas-to-write", "1");
  // That one's own connection waits for its write.
  await admin
    .nodes("master")
    .find(({ options }) => options.port === master.options.port)
    ?.call("client", "unpause");

  expect(await revoking).toMatchObject({ code: "unconfirmed" });
  await overtaking;
  expect(await db.authenticate({ accessKey: `key-${id}` })).toMatchObject({ allowed: false });
});

test("an emptied store is missing, for what a node remembers too", async () => {
  const db = await open();
  await db.state("node:a", "keys").set("own", 1);
  await empty();

  await expect(db.state("node:a", "keys").set("own", 2)).rejects.toMatchObject({ code: "missing-store" });

  expect(await admin.keys("*")).toEqual([]);
});

test("verify reads a hash to its end that is moved meanwhile", async () => {
  const db = await open();
  const fields = Array.from({ length: 400 }, (_, i) => `old-key-${i}`);
  await admin.hset(COPIES, ...fields.flatMap((field) => [field, recordOf(4, field)]));
  const masters = ends.map(({ redis }) => redis);
  const from = endOf(COPIES);
  const to = ends.find((end) => end !== from) as End;
  const move = { slot: slotOf(COPIES), from, to, masters };
  let found = 0;

  for await (const { code } of db.verify()) {
    if (code !== "dead-key-record") continue;
    found += 1;
    if (found === 1) await moveSlot(move);
  }

  expect(found).toBe(400);
  await moveSlot({ ...move, from: to, to: from });
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
