import { describe, expect, test } from "vitest";
import { fixture } from "./support/fixture.ts";
import { PythonHub } from "./support/python-hub.ts";
import { testServer } from "./support/test-server.ts";

const redis = testServer();
const TAGGED = { cluster_hash_tag: "clients" };

describe("a damaged keyspace", () => {
  test("each difference is reported, and reading or reporting changes nothing", async () => {
    const damaged = fixture("synthetic/redis-tagged-damaged");
    await redis.load(damaged);
    const db = await redis.open(TAGGED, false);

    const findings = await Array.fromAsync(db.verify());

    expect(findings.map(({ code, clientIds, repair }) => [code, clientIds, repair])).toEqual([
      ["count-plus-one-taken", [4], "none"],
      ["wrong-index", [3], "possible"],
      ["damaged-lists", [3], "possible"],
      ["revocation-not-kept", [4], "possible"],
      ["missing-look-up", [4], "possible"],
      ["wrong-index", [4], "possible"],
      ["being-created", [2], "none"],
      ["dead-key-record", [4], "possible"],
      ["wrong-count", [], "possible"],
      ["wrong-id-sequence", [], "possible"],
    ]);
    expect(await redis.dump()).toEqual(damaged);
  });

  test("a repair mends what it can, and keeps the records", async () => {
    await redis.load(fixture("synthetic/redis-tagged-damaged"));
    const db = await redis.open(TAGGED, false);
    const before = await Array.fromAsync(db.listClients());

    const findings = await Array.fromAsync(db.verify({ repair: true }));

    expect(findings.filter(({ repair }) => repair === "possible")).toEqual([]);
    expect((await Array.fromAsync(db.verify())).map(({ code }) => code)).toEqual([
      "count-plus-one-taken",
      "being-created",
    ]);
    expect(await Array.fromAsync(db.listClients())).toEqual(before);
    const P = "client:{clients}";
    expect(await redis.admin.hexists(`${P}:api_key_records`, "stolen-key")).toBe(0);
    expect(await redis.admin.get(`${P}:client:2`)).toBe("__hivemind_creating__");
    expect(JSON.parse(String(await redis.admin.get(`${P}:client:3`)))).toMatchObject({ allowed_types: [] });
    expect([await redis.admin.get(`${P}:count`), await redis.admin.get(`${P}:id_seq`)]).toEqual(["3", "4"]);
    expect(await redis.admin.smembers(`${P}:revoked`)).toEqual(["4"]);
  });

  test("look-ups that lead nowhere, or to another client, are removed; missing ones are made", async () => {
    const db = await redis.open();
    await db.addClients([
      { accessKey: "one", name: "a" },
      { accessKey: "two", name: "b" },
    ]);
    await redis.admin
      .multi()
      .sadd("client:api_key:one", 2, 99)
      .sadd("client:api_key:old", 1)
      .srem("client:api_key:two", 2)
      .sadd("client:name:b", 1)
      .hset("client:idx:99", "name", "gone", "api_key", "gone")
      .hset(
        "client:api_key_records",
        "two",
        (await redis.admin.get("client:client:2"))?.replace("{", '{"is_old": 1, ') ?? "",
      )
      .exec();
    expect(await db.authenticate({ accessKey: "one" })).toMatchObject({ allowed: true });

    const findings = await Array.fromAsync(db.verify({ repair: true }));

    expect(new Set(findings.map(({ code, repair }) => `${code} ${repair}`))).toEqual(
      new Set(["stale-look-up done", "missing-look-up done", "stale-index done", "stale-key-record done"]),
    );
    expect(await Array.fromAsync(db.verify())).toEqual([]);
    expect(await db.authenticate({ accessKey: "two" })).toMatchObject({ allowed: true });
  });

  test("it is mended while others write, and loses none of their changes", async () => {
    const [db, other] = [await redis.open(), await redis.open()];
    await db.addClients(Array.from({ length: 100 }, (_, i) => ({ accessKey: `key-${i}` })));
    for (let id = 1; id <= 100; id += 2)
      await redis.admin.del(`client:idx:${id}`, `client:api_key:key-${id - 1}`);

    const [findings] = await Promise.all([
      Array.fromAsync(db.verify({ repair: true })),
      // Those without a fault, since a change of the others would mend them.
      ...Array.from({ length: 50 }, (_, i) => other.updateClient(2 * i + 2, { description: "changed" })),
      ...Array.from({ length: 100 }, (_, i) => other.touch(i + 1, 1000 + i)),
      ...Array.from({ length: 20 }, () => other.addClient()),
    ]);

    expect(findings.length).toBeGreaterThan(0);
    await Array.fromAsync(db.verify({ repair: true }));
    expect(await Array.fromAsync(db.verify())).toEqual([]);
    const clients = (await Array.fromAsync(db.listClients())).slice(0, 100);
    expect(clients.filter(({ description }) => description === "changed")).toHaveLength(50);
    expect(clients.map(({ lastSeen }) => lastSeen)).toEqual(Array.from({ length: 100 }, (_, i) => 1000 + i));
  });
});

test("last-seen writes that never pause hide no fault and hold up no repair", async () => {
  const [db, hub] = [await redis.open(), new PythonHub(redis.admin)];
  await db.addClients(Array.from({ length: 30 }, (_, i) => ({ accessKey: `key-${i}` })));
  await redis.admin.del(...Array.from({ length: 30 }, (_, i) => `client:idx:${i + 1}`));
  const over = new AbortController();
  const seeing = (async () => {
    for (let i = 0; !over.signal.aborted; i += 1) await hub.seen((i % 30) + 1, `key-${i % 30}`, 1000 + i);
  })();

  const findings = await Array.fromAsync(db.verify({ repair: true }));
  over.abort();
  await seeing;

  const mended = findings.filter(({ code, repair }) => code === "wrong-index" && repair === "done");
  expect(mended).toHaveLength(30);
  expect(await redis.admin.exists("client:idx:1", "client:idx:30")).toBe(2);
});

describe("keyspaces that Python hubs wrote", () => {
  for (const version of ["v1", "v2"] as const) {
    test(`${version}: all 10 clients, and not a byte is changed by reading`, async () => {
      const written = fixture(`${version}/redis-keyspace`);
      await redis.load(written);
      const db = await redis.open({}, false);

      const clients = await Array.fromAsync(db.listClients());
      const verdict = await db.authenticate({ accessKey: "k:with:colons{and}braces*?[x]" });
      await Array.fromAsync(db.verify());
      await db.health();

      expect(clients.map(({ id }) => id)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 1000]);
      expect(JSON.stringify(clients[4]?.metadata)).toContain("9007199254740993");
      expect(clients[3]).toMatchObject({
        skillBlacklist: ["skill-homeassistant.openvoiceos", "skill-camera"],
      });
      expect(clients[6]).toMatchObject({ id: 7, revoked: true });
      expect(verdict).toMatchObject({ allowed: true, client: { id: 9 } });
      expect(await redis.dump()).toEqual(written);
    });
  }

  test("schema 2 is without a fault but for what Python alone cannot keep", async () => {
    await redis.load(fixture("v2/redis-keyspace"));
    const db = await redis.open({}, false);

    expect((await Array.fromAsync(db.verify())).map(({ code }) => code)).toEqual(["revocation-not-kept"]);
  });

  test("until it is migrated, schema 1 is written in its own form, so that its hubs still obey it", async () => {
    await redis.load(fixture("v1/redis-keyspace"));
    const db = await redis.open({}, false);

    await db.updateClient(4, { skillBlacklist: ["only-this"], name: "renamed" });
    const { client } = await db.addClient({ intentBlacklist: ["stop"] });

    expect(JSON.parse(String(await redis.admin.get("client:client:4")))).toMatchObject({
      skill_blacklist: ["only-this"],
      intent_blacklist: ["HomeAssistant.DeviceControllerIntent"],
      message_blacklist: ["system.shutdown"],
      metadata: {},
    });
    expect(JSON.parse(String(await redis.admin.get("client:client:1001")))).toMatchObject({
      intent_blacklist: ["stop"],
    });
    expect(client).toMatchObject({ id: 1001, intentBlacklist: ["stop"] });
    expect(await redis.admin.exists("client:schema_version")).toBe(0);
    expect(redis.notices.map(({ code }) => code)).toEqual(["fallback"]);
  });

  test("migrate does the records first and the marker last, says whom it concerns, and goes on where it was cut off", async () => {
    await redis.load(fixture("v1/redis-keyspace"));
    const [db, before] = [await redis.open({}, false), await redis.open({}, false)];
    const clients = await Array.fromAsync(db.listClients());
    // As a migration leaves it that was killed after its first record.
    const half = JSON.parse(String(await redis.admin.get("client:client:1"))) as Record<string, unknown>;
    for (const list of ["intent_blacklist", "skill_blacklist", "message_blacklist"]) delete half[list];
    await redis.admin.set("client:client:1", JSON.stringify(half));

    const report = await db.migrate();

    expect(report).toMatchObject({ from: 1, to: 2, droppedMessageBlacklist: [4] });
    expect(db.info().schema).toBe(2);
    expect(await Array.fromAsync(db.listClients())).toEqual(clients);
    expect(await redis.admin.get("client:schema_version")).toBe("2");
    // A node that had opened it before writes schema 2 from now on, by itself.
    await before.updateClient(4, { skillBlacklist: ["new"] });
    expect(await redis.admin.get("client:client:4")).not.toContain("message_blacklist");
    expect(await db.migrate()).toMatchObject({ from: 2, to: 2, droppedMessageBlacklist: [] });
    expect((await Array.fromAsync(db.verify({ repair: true }))).map(({ code }) => code)).not.toContain(
      "old-schema",
    );
    expect(await Array.fromAsync(db.verify())).toEqual([]);
  });

  test("a migration that goes on reports what the one before it dropped, also where only the report was missing", async () => {
    await redis.load(fixture("v1/redis-keyspace"));
    const whole = await (await redis.open({}, false)).migrate();
    for (const isMarked of [false, true]) {
      await redis.admin.flushall();
      await redis.load(fixture("v1/redis-keyspace"));
      const resumed = await redis.open({}, false);
      await resumed.migrate();
      // As it is left by one that was killed: everything noted and upgraded, nothing told.
      await redis.admin
        .multi()
        .sadd("client:hivemind:migrated:message_blacklist", ...whole.droppedMessageBlacklist)
        .exec();
      if (!isMarked) await redis.admin.del("client:schema_version");

      expect(await (await redis.open({}, false)).migrate()).toEqual(whole);
      expect(await redis.admin.keys("client:hivemind:migrated:*")).toEqual([]);
    }
    expect(whole.droppedMessageBlacklist).toEqual([4]);
  });
});
