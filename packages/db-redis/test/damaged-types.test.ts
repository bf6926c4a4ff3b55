/** Keys of the store that hold another type of value: nobody is let in by them, and verify goes on past them. */
import type { DbError } from "@hivemind/db-core";
import { expect, test } from "vitest";
import { PythonHub } from "./support/python-hub.ts";
import { testServer } from "./support/test-server.ts";

const redis = testServer();

const DERIVED = [
  "count",
  "id_seq",
  "api_key_records",
  "name:lamp",
  "api_key:one",
  "idx:1",
  "idx:77",
  "name:nobody",
];
const DECISIVE = ["hivemind:meta", "revoked", "schema_version"];

async function withClients() {
  const db = await redis.open();
  await db.addClients([{ accessKey: "one", name: "lamp" }, { accessKey: "two" }, { accessKey: "three" }]);
  await db.revokeClient(2);
  return db;
}

for (const key of [...DERIVED, ...DECISIVE]) {
  test(`${key}: one finding, the others as well, and a repair keeps what was there`, async () => {
    const db = await withClients();
    const clients = await Array.fromAsync(db.listClients());
    await redis.admin.multi().del(`client:${key}`).rpush(`client:${key}`, "not ours").exec();
    await redis.admin.hset("client:api_key_records", "stolen", '{"client_id": 1}').catch(() => undefined);
    const before = await redis.dump();

    const told = await Array.fromAsync(db.verify());
    const dumped = await redis.dump();
    const mended = await Array.fromAsync(db.verify({ repair: true }));

    expect(told.filter(({ code }) => code === "foreign-key")).toMatchObject(
      key === "idx:77" ? [] : [{ repair: "possible" }],
    );
    // Where the hash itself is damaged there is nothing in it to find.
    expect(told.some(({ code }) => code === "dead-key-record")).toBe(key !== "api_key_records");
    expect(dumped).toEqual(before);
    expect(mended.filter(({ code }) => code === "foreign-key")).toMatchObject([{ repair: "done" }]);
    expect(await Array.fromAsync(db.verify())).toEqual([]);
    expect(await Array.fromAsync(db.listClients())).toEqual(clients);
    const [kept, ...more] = await redis.admin.keys("client:hivemind:damaged:*");
    expect(more).toEqual([]);
    expect(await redis.admin.lrange(String(kept), 0, -1)).toEqual(["not ours"]);
  });
}

for (const key of DECISIVE) {
  test(`${key}: refused with corrupt; the store opens to be repaired, and then serves`, async () => {
    const db = await withClients();
    await redis.admin.multi().del(`client:${key}`).rpush(`client:${key}`, "not ours").exec();
    const other = await redis.open({}, false);

    for (const node of [db, other]) {
      // The form in which records are written says nothing about who may come in.
      const answer = await node.authenticate({ accessKey: "one" }).catch(({ code }: DbError) => code);
      expect(answer === "corrupt").toBe(key !== "schema_version");
      await expect(node.addClient()).rejects.toMatchObject({ code: "corrupt" });
    }
    await Array.fromAsync(other.verify({ repair: true }));

    expect(await other.authenticate({ accessKey: "one" })).toMatchObject({ allowed: true });
    expect(other.info().schema).toBe(2);
    // The revocation of a tombstone is on record again, before a stale copy comes.
    expect(await redis.admin.smembers("client:revoked")).toEqual(["2"]);
    expect((await other.addClient()).client.id).toBe(4);
  });
}

test("the state of a scope is nowhere else: it is named, and stays", async () => {
  const db = await withClients();
  await redis.admin.set("client:hivemind:state:node:a", "not ours");

  const findings = await Array.fromAsync(db.verify({ repair: true }));

  expect(findings).toMatchObject([{ code: "foreign-key", repair: "none" }]);
  expect(await redis.admin.get("client:hivemind:state:node:a")).toBe("not ours");
});

test("what thousands of clients without a name and a hub's long import cost is spread over several scripts", async () => {
  const [db, hub] = [await redis.open(), new PythonHub(redis.admin)];
  await db.addClient({ name: "" });
  const ids = Array.from({ length: 2499 }, (_, i) => i + 2);
  await Promise.all(
    ids.map((id) => hub.addWithId({ client_id: id, api_key: `key-${id}`, name: "", last_seen: -1 })),
  );

  expect((await db.findByName("")).map(({ id }) => id)).toEqual([1, ...ids]);
  expect((await db.addClient()).client.id).toBe(2501);
  expect(await Array.fromAsync(db.verify())).toEqual([]);
});
