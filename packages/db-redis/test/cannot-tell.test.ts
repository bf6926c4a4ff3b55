/** What is damaged, half there or gone is never taken for an unknown client, and never in the way of others. */
import { describe, expect, test } from "vitest";
import { fixture } from "./support/fixture.ts";
import { testServer } from "./support/test-server.ts";

const redis = testServer();

describe("a look-up that does not find what is there", () => {
  test("a key set that is missing: the record is found through the copy that hubs use, and it alone decides", async () => {
    const db = await redis.open();
    await db.addClients([{ accessKey: "one" }, { accessKey: "two" }, { accessKey: "three" }]);
    const copy = String(await redis.admin.hget("client:api_key_records", "two"));
    await redis.admin.del("client:api_key:one", "client:api_key:two", "client:api_key:three");
    await redis.admin.hset("client:api_key_records", "three", copy, "nobody's", copy, "no-json", "{");

    expect(await db.authenticate({ accessKey: "one" })).toMatchObject({ allowed: true, client: { id: 1 } });
    expect(await db.authenticate({ accessKey: "nobody's" })).toMatchObject({ reason: "unknown-key" });
    expect(await db.authenticate({ accessKey: "no-json" })).toMatchObject({ reason: "unknown-key" });
    await db.revokeClient(2);
    await redis.admin.hset("client:api_key_records", "two", copy);
    expect(await db.authenticate({ accessKey: "two" })).toMatchObject({ reason: "unknown-key" });
  });

  test("a record of another type, which the key set names: corrupt, and verify goes on past it", async () => {
    const db = await redis.open();
    await db.addClients([{ accessKey: "one" }, { accessKey: "two" }]);
    await redis.admin.del("client:client:1", "client:idx:2");
    await redis.admin.sadd("client:client:1", "another type");

    await expect(db.authenticate({ accessKey: "one" })).rejects.toMatchObject({ code: "corrupt" });
    await expect(db.updateClient(1, { name: "x" })).rejects.toMatchObject({ code: "corrupt" });
    await expect(db.addClient({ accessKey: "one" })).rejects.toMatchObject({ code: "corrupt" });
    expect(await db.authenticate({ accessKey: "two" })).toMatchObject({ allowed: true });
    const findings = await Array.fromAsync(db.verify({ repair: true }));
    expect(findings.map(({ code, repair }) => [code, repair])).toEqual([
      ["unreadable-record", "none"],
      ["wrong-index", "done"],
    ]);
  });

  test("a record that is not UTF-8 cannot be read, so nobody is let in by what it seems to say", async () => {
    const db = await redis.open();
    await db.addClients([{ accessKey: "one", name: "\uFFFD is a character too" }, { accessKey: "two" }]);
    const [head, tail] = String(await redis.admin.get("client:client:2")).split('"description":"');
    const bytes = Buffer.concat([
      Buffer.from(`${head}"description":"`),
      Buffer.from([0xff]),
      Buffer.from(String(tail)),
    ]);
    await redis.admin.set("client:client:2", bytes);

    expect(await db.authenticate({ accessKey: "one" })).toMatchObject({ allowed: true });
    await db.updateClient(1, { description: "\uFFFD" });
    await expect(db.authenticate({ accessKey: "two" })).rejects.toMatchObject({ code: "corrupt" });
    const started = performance.now();
    await expect(db.revokeClient(2)).rejects.toMatchObject({ code: "corrupt" });
    expect(performance.now() - started).toBeLessThan(1000);
    expect(await redis.admin.getBuffer("client:client:2")).toEqual(bytes);
  });
});

describe("a store that only Python hubs have written", () => {
  for (const version of ["v1", "v2"] as const) {
    test(`${version}: emptied under us, it is missing, and no store without clients`, async () => {
      await redis.load(fixture(`${version}/redis-keyspace`));
      const db = await redis.open({}, false);
      expect(await db.authenticate({ accessKey: "unknown" })).toMatchObject({ reason: "unknown-key" });
      expect(await db.getClient(77)).toBeUndefined();
      await redis.admin.flushall();

      for (const call of [
        () => db.authenticate({ accessKey: "k:with:colons{and}braces*?[x]" }),
        () => db.getClient(1),
        () => db.findByName("name"),
        () => Array.fromAsync(db.listClients()),
        () => db.updateClient(1, { name: "x" }),
        () => db.addClient(),
        () => db.state("shared", "test").get("key"),
      ]) {
        await expect(call()).rejects.toMatchObject({ code: "missing-store" });
      }
      expect((await db.health()).ok).toBe(false);
      expect(await redis.admin.dbsize()).toBe(0);
    });
  }
});

test("an id that is just taken amid a batch is passed over, since nobody asked for it", async () => {
  const db = await redis.open();
  await db.addClient();
  await redis.admin.set("client:client:3", "__hivemind_creating__", "EX", 30);

  expect((await db.addClients([{}, {}])).map(({ client }) => client.id)).toEqual([4, 5]);
  await redis.admin.sadd("client:revoked", 7);
  expect((await db.addClients([{}, {}])).map(({ client }) => client.id)).toEqual([8, 9]);
  await expect(db.addClients([{}, { id: 9 }])).rejects.toMatchObject({ code: "duplicate-key" });
});

test("a store that was empty when it was opened, and that schema-1 hubs have filled since, is not taken for new", async () => {
  const db = await redis.open();
  await db.touch(1);
  await redis.load(fixture("v1/redis-keyspace"));

  await db.updateClient(4, { name: "renamed" });

  expect(await redis.admin.exists("client:schema_version")).toBe(0);
  expect(JSON.parse(String(await redis.admin.get("client:client:4")))).toMatchObject({
    message_blacklist: ["system.shutdown"],
  });
});

test("a hub's store without a mark, in which clients are just being created: its clients are found", async () => {
  // Whatever the order in which the server names the keys, one that is no record yet comes before the record.
  for (const id of [2, 3, 4, 5, 6, 7, 8, 9])
    await redis.admin.set(`client:client:${id}`, "__hivemind_creating__");
  await redis.admin.set("client:client:1", '{"client_id": 1, "api_key": "one", "name": "lamp"}');
  const db = await redis.open({}, false);

  expect(await db.getClient(2)).toBeUndefined();
  expect(await Array.fromAsync(db.listClients(), ({ id }) => id)).toEqual([1]);

  await redis.admin.del("client:client:1");
  await expect(db.getClient(2)).rejects.toMatchObject({ code: "missing-store" });
});
