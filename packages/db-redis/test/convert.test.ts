/** From a namespace without a hash tag to one with it: everything, unchanged, and the old one is left as it is. */
import { setImmediate as turn } from "node:timers/promises";
import { createDatabase } from "@hivemind/db-core";
import type { ClientDatabase, ConvertOptions } from "@hivemind/db-core";
import { describe, expect, test } from "vitest";
import plugin from "../src/plugin.ts";
import { convertInProcess, differences, seedLegacy } from "./support/conversion.ts";
import { fixture } from "./support/fixture.ts";
import { testOptions } from "./support/options.ts";
import { PythonHub } from "./support/python-hub.ts";
import { testServer } from "./support/test-server.ts";

const redis = testServer();
const TAGGED = { cluster_hash_tag: "clients" };

async function convert(how: Partial<ConvertOptions> = {}, given: Readonly<Record<string, unknown>> = {}) {
  const options = testOptions({ port: redis.server.port, ...given });
  return plugin.convert?.(options, { dryRun: false, ...how });
}

async function listOf(db: ClientDatabase) {
  return Array.fromAsync(db.listClients());
}

async function oldKeys() {
  const all = Object.entries(await redis.dump());
  return Object.fromEntries(all.filter(([key]) => !key.startsWith("client:{clients}:")));
}

for (const version of ["v1", "v2"] as const) {
  test(`what Python hubs of ${version} wrote: every client, and not a byte of the old keys is changed`, async () => {
    const written = fixture(`${version}/redis-keyspace`);
    await redis.load(written);
    const clients = await listOf(await redis.open({}, false));

    const report = await convert();

    expect(report).toMatchObject({
      from: "client",
      to: "client:{clients}",
      isDone: true,
      records: 10,
      tombstones: 1,
      unreadable: [],
      leftBehind: [],
      changedMeanwhile: [],
    });
    const db = await redis.open(TAGGED, false);
    expect(await listOf(db)).toEqual(clients);
    expect(db.info().schema).toBe(version === "v1" ? 1 : 2);
    expect((await Array.fromAsync(db.verify())).filter(({ code }) => code !== "old-schema")).toEqual([]);
    expect(await oldKeys()).toEqual(written);
  });
}

test("revocations and state come along, tokens do not; ids go on above the highest", async () => {
  const [db, hub] = [await redis.open(), new PythonHub(redis.admin)];
  await db.addClients([{ accessKey: "one" }, { accessKey: "two" }, {}]);
  const stale = await hub.read(1);
  await db.revokeClient(1);
  await hub.write(stale);
  await db.state("node:a", "keys").set("own", { secret: true });

  const report = await convert();

  const tagged = await redis.open(TAGGED, false);
  expect(report).toMatchObject({ records: 3, tombstones: 0, revocations: 1, stateEntries: 1 });
  expect(await tagged.authenticate({ accessKey: "one" })).toMatchObject({ allowed: false });
  // For Python hubs it has not come back there.
  expect(await redis.admin.hkeys("client:{clients}:api_key_records")).not.toContain("one");
  expect(await tagged.authenticate({ accessKey: "two" })).toMatchObject({ allowed: true });
  expect(await tagged.state("node:a", "keys").get("own")).toEqual({ secret: true });
  expect(await redis.admin.keys("client:{clients}:hivemind:tokens:*")).toEqual([]);
  expect((await tagged.addClient()).client.id).toBe(4);
});

test("what cannot be read is copied as it is, and stays something that nobody is told is unknown", async () => {
  const [db, hub] = [await redis.open(), new PythonHub(redis.admin)];
  await hub.add({ api_key: "bad-key", name: "bad" });
  await db.addClient({ accessKey: "good" });
  await redis.admin.set("client:client:1", '{"client_id": 1, "api_key": "bad-key", "name": NaN}');
  await redis.admin.set("client:client:9", "__hivemind_creating__");

  const report = await convert();

  expect(report).toMatchObject({ records: 2, unreadable: ["1"], leftBehind: ["9"] });
  const tagged = await redis.open(TAGGED, false);
  await expect(tagged.authenticate({ accessKey: "bad-key" })).rejects.toMatchObject({ code: "corrupt" });
  expect(await tagged.authenticate({ accessKey: "good" })).toMatchObject({ allowed: true });
});

describe("a dry run", () => {
  test("says what would be done, and writes nothing", async () => {
    await seedLegacy(redis.admin, 30);
    const before = await redis.dump();

    expect(await convert({ dryRun: true })).toMatchObject({ isDone: false, records: 30, tombstones: 3 });

    expect(await redis.dump()).toEqual(before);
  });
});

describe("a conversion that is cut off", () => {
  test("leaves a namespace that every program refuses, and is repeated", async () => {
    await seedLegacy(redis.admin, 1200);
    const stop = new AbortController();
    const cut = convert({ signal: stop.signal, onProgress: () => stop.abort() });
    await expect(cut).rejects.toThrow(/abort/i);

    const open = createDatabase(plugin, testOptions({ port: redis.server.port, ...TAGGED })).open();
    await expect(open).rejects.toMatchObject({ code: "locked" });
    expect(await redis.admin.get("client:{clients}:schema_version")).toBe("999999999");
    await expect(convert({}, { index_prefix: "client", cluster_hash_tag: "other" })).rejects.toMatchObject({
      code: "missing-store",
    });

    expect(await convert()).toMatchObject({ isDone: true, records: 1200, tombstones: 120 });
    expect(await differences(redis.admin, 1200)).toEqual([]);
  });

  test("killed with -9 and repeated, it ends with every record equal and every look-up right", async () => {
    await seedLegacy(redis.admin, 1500);
    let killed = 0;
    for (const ms of [0, 20]) if ((await convertInProcess(redis.server.port, ms)) === undefined) killed += 1;

    const report = await convertInProcess(redis.server.port);

    expect(killed).toBeGreaterThan(0);
    expect(report).toMatchObject({ isDone: true, records: 1500, tombstones: 150 });
    expect(await differences(redis.admin, 1500)).toEqual([]);
    expect(await Array.fromAsync((await redis.open(TAGGED, false)).verify())).toEqual([]);
  });
});

describe("what is changed meanwhile", () => {
  test("is copied again, and named", async () => {
    await seedLegacy(redis.admin, 1200);
    const hub = new PythonHub(redis.admin);
    let changing: Promise<unknown> | undefined;

    const report = await convert({
      onProgress: () => void (changing ??= hub.revoke(3)),
    });
    await changing;

    expect(report?.changedMeanwhile).toEqual(["3"]);
    const db = await redis.open(TAGGED, false);
    expect(await db.getClient(3)).toMatchObject({ revoked: true });
    expect(await db.authenticate({ accessKey: "key-3" })).toMatchObject({ allowed: false });
    expect(await Array.fromAsync(db.verify())).toEqual([]);
  });

  test("without a pause is refused, and nothing uses the copy", async () => {
    await seedLegacy(redis.admin, 30);
    const over = new AbortController();
    const changing = (async () => {
      for (let i = 0; !over.signal.aborted; i += 1) {
        await redis.admin.set("client:client:1", `{"client_id": 1, "api_key": "key-1", "name": "${i}"}`);
        await turn();
      }
    })();

    await expect(convert()).rejects.toMatchObject({
      code: "locked",
      message: expect.stringMatching(/stop/) as string,
    });
    over.abort();
    await changing;

    expect(await convert()).toMatchObject({ isDone: true, records: 30 });
  });
});

test("where there is a store already, or none to copy: refused, and nothing is written", async () => {
  await (await redis.open(TAGGED)).addClient();
  await expect(convert()).rejects.toMatchObject({ code: "missing-store" });
  await seedLegacy(redis.admin, 3);
  const before = await redis.dump();

  await expect(convert()).rejects.toMatchObject({ code: "invalid" });
  await expect(convert({ to: "clients" }, TAGGED)).rejects.toMatchObject({ code: "invalid" });
  await expect(convert({ to: "{no}" })).rejects.toMatchObject({ code: "invalid" });

  expect(await redis.dump()).toEqual(before);
  await convert({ to: "more" });
  await expect(convert({ to: "more" })).rejects.toMatchObject({
    message: expect.stringMatching(/already/) as string,
  });
});
