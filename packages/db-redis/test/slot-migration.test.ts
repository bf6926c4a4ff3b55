/** While the slot of the clients is moved from one master to another: what goes on, and what says that it has to wait. */
import { setTimeout as delay } from "node:timers/promises";
import { createDatabase } from "@hivemind/db-core";
import type { Client, ClientDatabase, Notice } from "@hivemind/db-core";
import type { Redis } from "ioredis";
import type { ClusterNode } from "../../../tooling/redis/src/main.ts";
import type { Watch } from "@hivemind/db-core/backend";
import { netProxy } from "../../../tooling/test-support/src/net-proxy.ts";
import { afterAll, afterEach, beforeAll, beforeEach, expect, onTestFinished, test } from "vitest";
import plugin from "../src/plugin.ts";
import { connect } from "../src/connect.ts";
import { keyPages } from "../src/key-pages.ts";
import { slotOf } from "../src/slot.ts";
import { beginMove, endMove, giveSlots, moveKeys, moveSlot } from "./support/move-slot.ts";
import type { Move } from "./support/move-slot.ts";
import { testOptions } from "./support/options.ts";
import { PythonHub } from "./support/python-hub.ts";
import { readmeExtra, readmeUser } from "./support/readme.ts";
import { cluster } from "./support/topologies.ts";

const CLIENTS = 12;
const TIMEOUT = 300;
const PASSWORD = "Zeder-47-Fenster";
/** With the rule in the README, and no more. */
const USER = { username: "hivemind", password: PASSWORD };
let started: Awaited<ReturnType<typeof cluster>>;
/** Of this test; the next one begins where it ends. */
let move: Move;
let next: Move;
const notices: Notice[] = [];

beforeAll(async () => {
  started = await cluster();
  [move, next] = started.moves;
  const rule = [...readmeUser(PASSWORD), ...readmeExtra("cluster")];
  for (const master of started.masters) await master.call("acl", "setuser", ...rule);
}, 30_000);
afterAll(() => started.stop());
beforeEach(async () => {
  notices.length = 0;
  const db = await open({}, true);
  await db.addClients(
    Array.from({ length: CLIENTS }, (_, i) => ({ accessKey: `key-${i + 1}`, name: `n${i % 3}` })),
  );
  await db.revokeClient(CLIENTS);
  await db.state("shared", "s").set("known", 1);
});
afterEach(async () => {
  for (const master of started.masters) await master.flushall();
  await endMove(move);
  [move, next] = [next, move];
});

async function open(given: object = {}, create = false): Promise<ClientDatabase> {
  const options = testOptions({ ...started.given, ...USER, command_timeout_ms: TIMEOUT, ...given });
  const db = createDatabase(plugin, options, {
    create,
    lastSeenIntervalMs: 0,
    onNotice: (notice) => notices.push(notice),
  });
  await db.open();
  onTestFinished(() => db.close());
  return db;
}

const ids = async (db: ClientDatabase) => Array.fromAsync(db.listClients(), ({ id }) => id);

/** How far the move is. */
const STAGES: Readonly<Record<string, (key: string) => boolean>> = {
  "no key": () => false,
  "every other key": (key) => slotOf(key.replaceAll(/[{}]/g, "")) % 2 === 0,
  "the records": (key) => key.includes(":client:"),
  "every key": () => true,
};

for (const [stage, isMoved] of Object.entries(STAGES)) {
  test(`${stage} moved: what is asked is answered, last-seen and state are kept, revoking works, an add says what it waits for`, async () => {
    const before = await open();
    await beginMove(move);
    await moveKeys(move, isMoved);

    for (const db of [before, await open()]) {
      expect(await db.authenticate({ accessKey: "key-7" })).toMatchObject({
        allowed: true,
        client: { id: 7 },
      });
      expect(await db.authenticate({ accessKey: "no-key" })).toMatchObject({ allowed: false });
      expect(await db.authenticate({ accessKey: `key-${CLIENTS}` })).toMatchObject({ allowed: false });
      expect((await db.findByName("n1")).map(({ id }) => id)).toEqual([2, 5, 8, 11]);
      expect(await db.getClient(3)).toMatchObject({ id: 3 });
      expect(await db.getClient(CLIENTS + 1)).toBeUndefined();
      expect(await ids(db)).toEqual(Array.from({ length: CLIENTS }, (_, i) => i + 1));
      expect(await db.state("shared", "s").get("known")).toBe(1);
      expect((await db.health()).ok).toBe(true);
    }
    const db = before;
    await db.touch(4, 1_800_000_000);
    await expect.poll(() => db.getClient(4)).toMatchObject({ lastSeen: 1_800_000_000 });
    await db.state("shared", "s").set("new", 2);
    expect(await db.state("shared", "s").get("new")).toBe(2);
    await db.revokeClient(5);
    expect(await db.authenticate({ accessKey: "key-5" })).toMatchObject({ allowed: false });
    const waiting = performance.now();
    await expect(db.addClient()).rejects.toMatchObject({
      code: "unreachable",
      message: expect.stringMatching(/just moving the clients to another node/) as string,
    });
    expect(performance.now() - waiting).toBeLessThan(TIMEOUT + 2000);
    expect(notices).toEqual([]);

    await moveKeys(move);
    await endMove(move);

    expect((await db.addClient()).client.id).toBe(CLIENTS + 1);
    expect(await db.getClient(5)).toMatchObject({ revoked: true });
    expect(await db.authenticate({ accessKey: "key-7" })).toMatchObject({ allowed: true });
    expect(await Array.fromAsync(db.verify())).toEqual([]);
  });
}

/** Everything until now has been told: answers come from memory again. */
async function proven(db: ClientDatabase): Promise<void> {
  const moment = performance.now();
  const provenAt = async () => performance.now() - Number((await db.health()).details["feedProvenMsAgo"]);
  // It is said in whole milliseconds.
  await expect.poll(provenAt, { interval: 5 }).toBeGreaterThan(moment + 1);
}

/** As another program, at the master that has the key by now. */
async function rewrite(moving: Move, key: string, from: RegExp, to: string): Promise<void> {
  const isHere = await moving.from.redis.exists(key).catch(() => 0);
  const { redis } = isHere === 1 ? moving.from : moving.to;
  const [, got] = (await redis.pipeline().call("asking").get(key).exec()) ?? [];
  const text = String(got?.[1]);
  const [, set] = (await redis.pipeline().call("asking").set(key, text.replace(from, to)).exec()) ?? [];
  expect([from.test(text), set?.[1]]).toEqual([true, "OK"]);
}

/** Client 5 is revoked and client 4 loses a permission amid a move: what a node hears of it, until all is proven. */
async function heardAmid(moving: Move, isMoved: (key: string) => boolean): Promise<readonly string[]> {
  const [db, other] = [await open({ lease_ms: 100 }), await open()];
  const heard: string[] = [];
  db.onChange((event) => {
    if (event.type === "changed") heard.push(`${event.before.id} ${event.reasons.join()}`);
  });
  for (const id of [4, 5]) db.follow((await db.getClient(id)) as Client);
  await proven(db);
  await beginMove(moving);
  await moveKeys(moving, isMoved);
  await proven(db);

  await other.revokeClient(5);
  await rewrite(moving, "client:{clients}:client:4", /"can_escalate":true/, '"can_escalate":false');
  await proven(db);
  // What is proven has been told: memory does not say any more what was.
  for (const id of [4, 5])
    expect(await db.authorize(id, { do: "escalate" })).toMatchObject({ allowed: false });
  await expect.poll(() => heard.length, { interval: 5 }).toBe(2);
  return heard.toSorted();
}

const HEARD = ["4 permission-removed", "5 revoked"];

for (const [stage, isMoved] of Object.entries(STAGES)) {
  test(`${stage} moved: what is changed at either master is heard of before the end of the move`, async () => {
    expect(await heardAmid(move, isMoved)).toEqual(HEARD);
    expect(notices).toEqual([]);
  });
}

test("moved to a master that had no slot, and of which nobody knew: what is changed there is heard of", async () => {
  const { masters } = started;
  const at = masters.findIndex((master) => master !== move.from.redis && master !== move.to.redis);
  const bare = { redis: masters[at] as Redis, node: started.cluster.masters[at] as ClusterNode };
  await giveSlots(bare.node.slots, bare.redis, move.to.redis, masters);
  onTestFinished(() => giveSlots(bare.node.slots, move.to.redis, bare.redis, masters));

  expect(await heardAmid({ ...move, to: bare }, () => true)).toEqual(HEARD);
});

/** A watch, and what it is told. */
async function watching(): Promise<{ readonly told: unknown[]; readonly watch: Watch }> {
  const given = { ...started.given, ...USER, command_timeout_ms: TIMEOUT, lease_ms: 100 };
  const backend = await plugin.open(testOptions(given), {
    create: false,
    onNotice: (notice) => notices.push(notice),
  });
  onTestFinished(() => backend.close());
  const told: unknown[] = [];
  const watch = await backend.watch((changed) => told.push(changed));
  await provenBy(watch);
  return { told, watch };
}

async function provenBy(watch: Watch): Promise<void> {
  const moment = performance.now();
  await expect.poll(() => watch.provenAt(), { interval: 5, timeout: 3000 }).toBeGreaterThan(moment);
}

/** The operator thinks better of it. */
async function giveUp({ slot, from, to }: Move): Promise<void> {
  for (const { redis } of [to, from]) await redis.cluster("SETSLOT", slot, "STABLE");
}

const namedBy = (master: Redis) => master.cluster("SLOTS").then((slots) => JSON.stringify(slots));

test("nothing is proven before the next master has answered too", async () => {
  const { to } = move;
  const proxy = await netProxy({ host: "127.0.0.1", port: to.node.port });
  // By which masters: a node asks any of them who the others are.
  const known = async () => {
    const named = await Promise.all(started.masters.map(namedBy));
    return named.map((slots) => slots.includes(String(proxy.port)));
  };
  onTestFinished(async () => {
    await to.redis.config("SET", "cluster-announce-port", "0");
    await expect.poll(known, { timeout: 5000 }).toEqual(started.masters.map(() => false));
    await proxy.close();
  });
  await to.redis.config("SET", "cluster-announce-port", String(proxy.port));
  await expect.poll(known, { timeout: 5000 }).toEqual(started.masters.map(() => true));
  const { watch } = await watching();
  await beginMove(move);
  await provenBy(watch);

  let swallowed = 0;
  proxy.alter((said, asked) => {
    if (!asked.includes("tracking")) return said;
    swallowed += 1;
    return "";
  });
  const since = performance.now();
  const asked = () => [watch.provenAt() < since, swallowed > 2];
  await expect.poll(asked, { interval: 5 }).toEqual([true, true]);

  proxy.alter();
  proxy.cut();
  await provenBy(watch);
});

test("a next master that tells of nothing: nothing is proven, and the reason is said; given up, all goes on", async () => {
  const { redis } = move.to;
  const tracking = (sign: "+" | "-") => redis.call("acl", "setuser", USER.username, `${sign}client|tracking`);
  const { watch } = await watching();
  onTestFinished(async () => void (await tracking("+")));
  await tracking("-");
  await redis.call("client", "kill", "type", "pubsub");
  await beginMove(move);
  const begun = performance.now();

  await expect.poll(() => notices, { interval: 5 }).toHaveLength(1);
  expect(notices).toMatchObject([
    { code: "feed-down", message: expect.stringMatching(/may not use CLIENT TRACKING/) as string },
  ]);
  expect(watch.provenAt()).toBeLessThan(begun);

  await giveUp(move);
  await provenBy(watch);
  expect(notices.map(({ code }) => code)).toEqual(["feed-down", "feed-up"]);
});

test("a next master that is not ready sends us back: nothing is proven, and that is no news again and again", async () => {
  const { told, watch } = await watching();
  await move.from.redis.cluster("SETSLOT", move.slot, "MIGRATING", move.to.node.id);
  const begun = performance.now();
  await expect.poll(() => told, { interval: 5 }).toContain("all");
  const before = told.length;
  for (let asked = 0; asked < 50; asked += 1) {
    expect(watch.provenAt()).toBeLessThan(begun + 100);
    await delay(10);
  }
  expect(told.length - before).toBeLessThan(3);

  await giveUp(move);
  await provenBy(watch);
});

test("a call that waits for the end of the move goes on with it", async () => {
  const db = await open({ command_timeout_ms: 5000 });
  await beginMove(move);
  await moveKeys(move, (key) => key.includes(":client:"));

  const adding = db.addClient({ accessKey: "new" });
  const changing = db.updateClient(2, { description: "changed" });
  await moveKeys(move);
  await endMove(move);

  expect((await adding).client.id).toBe(CLIENTS + 1);
  expect(await changing).toMatchObject({ description: "changed" });
  expect(await Array.fromAsync(db.verify())).toEqual([]);
});

test("a client that a hub has written back from a stale copy stays out", async () => {
  const db = await open();
  const hub = new PythonHub(move.from.redis, "client:{clients}");
  const stale = await hub.read(6);
  await db.revokeClient(6);
  await hub.write(stale);

  await beginMove(move);
  await moveKeys(move, (key) => key.endsWith(":revoked"));

  expect(await db.authenticate({ accessKey: "key-6" })).toMatchObject({ allowed: false });
});

test("a revocation in steps is done when the record is written; what leads to it is for verify", async () => {
  const db = await open();
  for (const key of ["client:{clients}:name:n1", "client:{clients}:api_key_records"])
    await move.from.redis.multi().del(key).set(key, "not ours").exec();
  await beginMove(move);
  await moveKeys(move, (key) => key.includes(":client:"));

  await db.revokeClient(5);

  expect(await db.getClient(5)).toMatchObject({ revoked: true });
  await moveKeys(move);
  await endMove(move);
  await Array.fromAsync(db.verify({ repair: true }));
  expect(await Array.fromAsync(db.verify())).toEqual([]);
  expect((await db.findByName("n1")).map(({ id }) => id)).toEqual([2, 8, 11]);
});

test("revoking in steps needs no memory", async () => {
  const db = await open();
  await beginMove(move);
  await moveKeys(move, (key) => key.includes(":client:"));
  const ends = [move.from.redis, move.to.redis];
  onTestFinished(async () => {
    for (const end of ends) await end.config("SET", "maxmemory", "0");
  });
  for (const end of ends) await end.config("SET", "maxmemory", "1");
  await db.revokeClient(5);
  for (const end of ends) await end.config("SET", "maxmemory", "0");

  expect(await db.getClient(5)).toMatchObject({ revoked: true });
  await moveKeys(move);
  await endMove(move);
  expect(await Array.fromAsync(db.verify())).toEqual([]);
});

test("revoked anew in steps, the only one that is stays on record", async () => {
  const db = await open();
  const [revoked, hub] = ["client:{clients}:revoked", new PythonHub(move.from.redis, "client:{clients}")];
  const stale = await hub.read(6);
  await db.revokeClient(6);
  await move.from.redis.srem(revoked, CLIENTS);
  await hub.write(stale);
  await beginMove(move);
  await moveKeys(move, (key) => key.includes(":client:"));

  await db.revokeClient(6).catch(() => undefined);

  expect(await move.from.redis.smembers(revoked)).toEqual(["6"]);
  expect(await db.getClient(6)).toMatchObject({ revoked: true });
});

for (const command of ["sscan", "hscan"] as const) {
  test(`${command}: all that was there is read, wherever it is moved to between two pages`, async () => {
    const connection = await connect(testOptions({ ...started.given, ...USER }), () => undefined);
    onTestFinished(() => connection.close());
    const key = "client:{clients}:many";
    const all = Array.from({ length: 2000 }, (_, i) => `member-${i}`);
    if (command === "sscan") await move.from.redis.sadd(key, ...all);
    else await move.from.redis.hset(key, ...all.flatMap((field) => [field, ""]));
    await beginMove(move);
    await moveKeys(move, (one) => one.includes(":client:"));
    // From now on the route knows where the slot is moved to.
    await connection.read("get", "client:{clients}:client:1");
    const seen = new Set<string>();
    let pages = 0;

    for await (const page of keyPages(connection, command, key, 100)) {
      pages += 1;
      if (pages === 3) await moveKeys(move, (one) => one === key);
      for (const name of page) seen.add(name);
    }

    seen.delete("");
    expect(seen.size).toBe(all.length);
    // Another connection with every page: it may be of another process, and it ends.
    const endless = async () => {
      for await (const _ of keyPages(connection, command, key, 100))
        await move.to.redis.call("client", "kill", "type", "normal", "skipme", "yes");
    };
    await expect(endless()).rejects.toMatchObject({
      code: "unreachable",
      message: expect.stringMatching(/again and again/) as string,
    });
  });
}

test("verify reads a hash to its end that is moved meanwhile", async () => {
  const db = await open({ command_timeout_ms: 5000 });
  const copies = "client:{clients}:api_key_records";
  const dead = Array.from({ length: 1000 }, (_, i) => [
    `old-${i}`,
    `{"client_id": 3, "api_key": "old-${i}"}`,
  ]);
  await move.from.redis.hset(copies, ...dead.flat());
  const found: string[] = [];

  for await (const { code } of db.verify()) {
    found.push(code);
    if (found.length === 1) await moveSlot(move);
  }

  expect(found).toEqual(dead.map(() => "dead-key-record"));
});
