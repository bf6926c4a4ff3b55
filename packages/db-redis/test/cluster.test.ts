/** What is particular about a cluster: which keys are used, and who says so. */
import { createDatabase } from "@hivemind/db-core";
import type { ClientDatabase, Notice } from "@hivemind/db-core";
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { freePort } from "../../../tooling/redis/src/free-port.ts";
import { startRedis } from "../../../tooling/redis/src/main.ts";
import plugin from "../src/plugin.ts";
import { slotOf } from "../src/slot.ts";
import { testOptions } from "./support/options.ts";
import { readmeExtra, readmeUser } from "./support/readme.ts";
import { cluster, oneServer } from "./support/topologies.ts";

let started: Awaited<ReturnType<typeof cluster>>;
const notices: Notice[] = [];

beforeAll(async () => {
  started = await cluster();
}, 30_000);
beforeEach(async () => {
  for (const master of started.masters) await master.flushall();
  notices.length = 0;
});
afterAll(() => started.stop());

async function open(given: Readonly<Record<string, unknown>> = {}, create = true): Promise<ClientDatabase> {
  const options = testOptions({ ...started.given, ...given });
  const db = createDatabase(plugin, options, { create, onNotice: (notice) => notices.push(notice) });
  await db.open();
  onTestFinished(() => db.close());
  return db;
}

async function keys(): Promise<readonly string[]> {
  return (await Promise.all(started.masters.map((master) => master.keys("*")))).flat();
}

/** As a Python hub on a cluster without a hash tag leaves its clients: wherever each key belongs. */
async function setUntagged(key: string, text: string): Promise<void> {
  const owner = started.masters[Math.floor((slotOf(key) * started.masters.length) / 16_384)];
  await owner?.set(key, text);
}

test("a key is in the slot that the server says", async () => {
  for (const key of ["client:{clients}:count", "client:client:1", "{}x", "a{b}{c}", "ü{ä", "123456789"])
    expect(slotOf(key)).toBe(await started.home.cluster("KEYSLOT", key));
});

describe("a store without a hash tag in the options", () => {
  test("that is new gets {clients}, and is found there again", async () => {
    const db = await open();
    await db.addClient({ accessKey: "key" });
    expect((await keys()).every((key) => key.startsWith("client:{clients}:"))).toBe(true);

    const again = await open({}, false);

    expect(await again.authenticate({ accessKey: "key" })).toMatchObject({ allowed: true });
    expect(notices).toEqual([]);
  });

  test("that has none either is read all the same, with a notice that names the conversion", async () => {
    await setUntagged("client:schema_version", "2");
    for (let id = 1; id <= 20; id += 1) {
      const record = { client_id: id, api_key: `key-${id}`, name: `name ${id}` };
      await setUntagged(`client:client:${id}`, JSON.stringify(record));
    }

    const db = await open({}, false);

    expect(notices).toEqual([
      expect.objectContaining({ message: expect.stringMatching(/hivemind-db convert/) }),
    ]);
    expect((await Array.fromAsync(db.listClients())).map(({ id }) => id)).toEqual(
      Array.from({ length: 20 }, (_, i) => i + 1),
    );
    expect(await db.authenticate({ accessKey: "key-7" })).toMatchObject({ allowed: true, client: { id: 7 } });
    expect(await db.authenticate({ accessKey: "no-key" })).toMatchObject({ allowed: false });
    expect(await db.findByName("name 3")).toMatchObject([{ id: 3 }]);
    expect(await db.getClient(21)).toBeUndefined();
  });

  test("that is nowhere is missing", async () => {
    await expect(open({}, false)).rejects.toMatchObject({ code: "missing-store" });
  });
});

describe("what a server says of itself", () => {
  test("a cluster that is named by one host is used as a cluster", async () => {
    for (const { port } of started.cluster.nodes) {
      const db = await open({ cluster_nodes: undefined, port });
      await db.addClient({ accessKey: `key-${port}` });
    }
    expect(await Array.fromAsync((await open()).listClients())).toHaveLength(started.cluster.nodes.length);
  });

  test.each([["HELLO"], ["HELLO", "INFO"]])("also where this user may not use %s", async (...refused) => {
    const words = refused.map((command) => `-${command.toLowerCase()}`);
    const rule = ["reset", "on", ">password", "~*", "&*", "+@all", ...words];
    for (const master of started.masters) await master.call("acl", "setuser", "silent", ...rule);
    for (const [i, { port }] of started.cluster.masters.entries()) {
      const db = await open({ cluster_nodes: undefined, port, username: "silent", password: "password" });
      expect((await db.addClient()).client.id).toBe(i + 1);
    }
  });

  test("a node of a cluster that has not been created yet is unreachable, and says what is missing", async () => {
    const bus = String(await freePort());
    const node = await startRedis({ "cluster-enabled": "yes", "cluster-port": bus });
    onTestFinished(() => node.stop());
    const { host, port } = node;

    for (const given of [{ cluster_nodes: [{ host, port }] }, { port }]) {
      const db = createDatabase(plugin, testOptions(given), { create: true });
      await expect(db.open()).rejects.toMatchObject({
        code: "unreachable",
        message: expect.stringMatching(/--cluster create/),
      });
    }
  });

  test("a server that is no cluster, and no Sentinel, is refused where it is named as one", async () => {
    const single = await oneServer(0);
    onTestFinished(() => single.stop());
    const place = { host: "127.0.0.1", port: single.given["port"] };

    for (const given of [{ cluster_nodes: [place] }, { sentinels: [place], master_name: "hive" }]) {
      const db = createDatabase(plugin, testOptions(given), { create: true });
      await expect(db.open()).rejects.toMatchObject({
        code: "invalid",
        message: expect.stringMatching(/with host/),
      });
    }
  });
});

test("a user with the README's rule, and no more, can do everything, also while the slot moves", async () => {
  const password = "Zeder-47-Fenster";
  const [user = "", ...words] = [...readmeUser(password), ...readmeExtra("cluster")];
  for (const master of started.masters) await master.call("acl", "setuser", user, "reset", ...words);
  const db = await open({ username: user, password });

  const { client, secrets } = await db.addClient({ name: "satellite" });
  await (
    await started.moveClients()
  )();
  expect(await db.authenticate(secrets)).toMatchObject({ allowed: true });
  await db.updateClient(client.id, { accessKey: "new", name: "renamed" });
  await db.revokeClient(client.id);
  expect(await Array.fromAsync(db.verify({ repair: true }))).toEqual([]);
  expect((await db.health()).details).toMatchObject({ role: "master", freshWithinMs: 2000 });
  expect(notices).toEqual([]);
});

test("health says how old an answer may be, and why", async () => {
  const { details } = await (await open()).health();
  expect(details).toMatchObject({ topology: "cluster", freshWithinMs: 2000, role: "master" });
});

test("the bound is that of the master that has the clients, whichever that is by now", async () => {
  for (const [i, master] of started.masters.entries())
    await master.config("SET", "cluster-node-timeout", String(master === started.home ? 3000 : 4000 + i));
  onTestFinished(async () => {
    for (const master of started.masters) await master.config("SET", "cluster-node-timeout", "1000");
  });
  const db = await open();
  await db.addClient({ accessKey: "key" });
  const freshWithinMs = async () => (await db.health()).details["freshWithinMs"];
  expect(await freshWithinMs()).toBe(4000);

  const moveBack = await started.moveClients();
  await expect.poll(freshWithinMs).toBeGreaterThanOrEqual(5000);
  await moveBack();
  await expect.poll(freshWithinMs).toBe(4000);
});

test("a slot that moves to another master: the feed says all, follows, and hears of what happens there", async () => {
  const db = await open();
  await db.addClient({ accessKey: "key" });
  const options = testOptions(started.given);
  const backend = await plugin.open(options, { create: false, onNotice: (notice) => notices.push(notice) });
  onTestFinished(() => backend.close());
  const told: unknown[] = [];
  const watch = await backend.watch((changed) => told.push(changed));
  const proven = async (): Promise<void> => {
    const moment = performance.now();
    await expect.poll(() => watch.provenAt(), { timeout: 10_000 }).toBeGreaterThan(moment);
  };
  await proven();

  told.length = 0;
  const back = await started.moveClients();
  await proven();
  expect(told).toContain("all");

  told.length = 0;
  await db.updateClient(1, { name: "moved" });
  await proven();
  expect(told).toContainEqual([1]);
  await back();
  await watch.close();
});
