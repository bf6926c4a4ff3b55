/** A revocation by anybody is kept where no Python hub writes, before a stale copy of the record comes back. */
import { expect, onTestFinished, test } from "vitest";
import { PythonHub } from "./support/python-hub.ts";
import { testServer } from "./support/test-server.ts";

const redis = testServer();

async function watching(): Promise<void> {
  const watch = await (await redis.backend()).watch(() => undefined);
  onTestFinished(() => watch.close());
}

test("whoever watches keeps what a Python hub revokes, and denies the copy that comes back", async () => {
  const [db, hub] = [await redis.open(), new PythonHub(redis.admin)];
  await db.addClients([{ accessKey: "one" }, { accessKey: "two" }]);
  await watching();
  const stale = await hub.read(1);

  await hub.revoke(1);
  await expect.poll(() => redis.admin.smembers("client:revoked")).toEqual(["1"]);

  await hub.write(stale);
  expect(await db.authenticate({ accessKey: "one" })).toMatchObject({ reason: "unknown-key" });
  // It is taken away from Python hubs again, by itself.
  await expect.poll(() => hub.admit("one")).toBeUndefined();
  expect(await db.authenticate({ accessKey: "two" })).toMatchObject({ allowed: true });
  expect(await Array.fromAsync(db.verify())).toEqual([]);
});

test("the first write of a node keeps what was revoked before it came", async () => {
  const [db, hub] = [await redis.open(), new PythonHub(redis.admin)];
  await db.addClients([{ accessKey: "one" }, { accessKey: "two" }]);
  const stale = await hub.read(1);
  await hub.revoke(1);
  // A living client in that set is out of date, not revoked.
  await redis.admin.sadd("client:api_key:revoked", 2, 99, "no id");

  const other = await redis.open();
  await other.touch(2);
  await hub.write(stale);

  expect(await redis.admin.smembers("client:revoked")).toEqual(["1"]);
  for (const node of [db, other])
    expect(await node.authenticate({ accessKey: "one" })).toMatchObject({ allowed: false });
  expect(await other.authenticate({ accessKey: "two" })).toMatchObject({ allowed: true });
});

test("revoking anew who was written back ends it for Python hubs too", async () => {
  const [db, hub] = [await redis.open(), new PythonHub(redis.admin)];
  await db.addClient({ accessKey: "one" });
  const stale = await hub.read(1);
  await db.revokeClient(1);
  await hub.write(stale);
  expect(await hub.admit("one")).toBeDefined();

  await db.revokeClient(1).catch(() => undefined);

  expect(await hub.admit("one")).toBeUndefined();
  expect(await Array.fromAsync(db.verify())).toEqual([]);
});

test("where it may not be written, a notice says so, and nobody is disturbed", async () => {
  const [db, hub] = [await redis.open(), new PythonHub(redis.admin)];
  await db.addClients([{ accessKey: "one" }, { accessKey: "two" }]);
  const may = ["+@read", "+@connection", "+eval", "+evalsha", "+subscribe"];
  await redis.admin.call("acl", "setuser", "reader", "reset", "on", ">p", "~client:*", "&*", ...may);
  const backend = await redis.backend({ username: "reader", password: "p" });
  const watch = await backend.watch(() => undefined);
  onTestFinished(() => watch.close());

  await hub.revoke(1);
  await expect.poll(() => redis.notices.map(({ code }) => code)).toEqual(["fallback"]);
  await hub.revoke(2);

  expect(redis.notices[0]).toMatchObject({ clientIds: [1], message: expect.stringMatching(/may not run/) });
  expect((await backend.get([1])).get(1)?.record?.api_key).toBe("revoked");
});
