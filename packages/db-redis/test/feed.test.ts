/** Changes by any program are told, touches are not, and nothing is proven that is not known. */
import type { Backend, ClientId, Watch } from "@hivemind/db-core/backend";
import { describe, expect, onTestFinished, test } from "vitest";
import { netProxy } from "../../../tooling/test-support/src/net-proxy.ts";
import { PythonHub } from "./support/python-hub.ts";
import { testServer } from "./support/test-server.ts";

const redis = testServer();

interface Heard {
  readonly watch: Watch;
  readonly told: (readonly ClientId[] | "all")[];
}

async function listen(backend: Backend): Promise<Heard> {
  const told: Heard["told"] = [];
  const watch = await backend.watch((changed) => told.push(changed));
  onTestFinished(() => watch.close());
  await proven(watch);
  told.length = 0;
  return { watch, told };
}

/** Everything until now has been told. */
async function proven(watch: Watch): Promise<void> {
  const moment = performance.now();
  await expect.poll(() => watch.provenAt(), { interval: 2, timeout: 4000 }).toBeGreaterThan(moment);
}

describe("what a Python hub does", () => {
  test("adds, rewrites and revokes are told; its last-seen of a client that we have read is not", async () => {
    const [db, backend, hub] = [await redis.open(), await redis.backend(), new PythonHub(redis.admin)];
    await db.addClients([{ accessKey: "one" }, { accessKey: "two" }]);
    const { watch, told } = await listen(backend);
    await backend.get([1]);
    await backend.find("accessKey", ["two"]);

    await hub.seen(1, "one", 1_755_264_536);
    await hub.seen(2, "two", 1_755_264_537);
    await hub.seen(1, "one", 1_755_264_538);
    await proven(watch);
    expect(told).toEqual([]);

    await hub.write({ ...(await hub.read(1)), can_escalate: false });
    await proven(watch);
    expect(told).toEqual([[1]]);
    await hub.revoke(2);
    await hub.add({ api_key: "three", name: "three" });
    await proven(watch);
    expect(told.flat()).toEqual(expect.arrayContaining([2, 3]));
  });

  test("a last-seen of a client that nobody here has read may be told: a read is all that it costs", async () => {
    const [db, backend, hub] = [await redis.open(), await redis.backend(), new PythonHub(redis.admin)];
    await db.addClient({ accessKey: "one" });
    const { watch, told } = await listen(backend);

    await hub.seen(1, "one", 1_755_264_536);
    await proven(watch);

    expect(told).toEqual([[1]]);
  });

  test("sync() rebuilds the sets: whoever was not found meanwhile has to be looked up again", async () => {
    const [db, backend, hub] = [await redis.open(), await redis.backend(), new PythonHub(redis.admin)];
    await db.addClient({ accessKey: "one" });
    const { watch, told } = await listen(backend);

    await hub.sync();
    await proven(watch);

    expect(told.at(-1)).toBe("all");
  });
});

describe("what other programs do", () => {
  test("a record that somebody sets or deletes by hand is told", async () => {
    const [db, backend] = [await redis.open(), await redis.backend()];
    await db.addClients([{}, {}]);
    const { watch, told } = await listen(backend);
    await backend.get([1, 2]);

    const text = String(await redis.admin.get("client:client:1"));
    await redis.admin.set("client:client:1", text.replace('"can_escalate":true', '"can_escalate":false'));
    await proven(watch);
    expect(told).toEqual([[1]]);

    // Read after the change by one call, while another one may still hold what it was before.
    await redis.admin.set("client:client:1", text);
    await redis.admin.del("client:client:2");
    await proven(watch);
    expect(told).toEqual([[1], [1], [2]]);
  });

  test("a key that somebody is given in the very moment of a touch is told, also of a client that nobody has read", async () => {
    const [db, backend] = [await redis.open(), await redis.backend()];
    await db.addClients([{ accessKey: "one" }, { accessKey: "two" }]);
    const { watch, told } = await listen(backend);
    const text = String(await redis.admin.get("client:client:1"));
    const touch = "client:hivemind:touched:1";

    // As a Python hub does it, while a node of ours changes another client.
    await redis.admin
      .multi()
      .set("client:client:1", text.replace('"one"', '"new"'))
      .srem("client:api_key:one", "1")
      .sadd("client:api_key:new", "1")
      .set(touch, "")
      .del(touch)
      .set("client:idx:2", "")
      .exec();
    await proven(watch);

    expect(told.flat()).toContain(1);
  });

  test("a record that somebody sets in the very moment of a touch is told", async () => {
    const [db, backend] = [await redis.open(), await redis.backend()];
    await db.addClient();
    const { watch, told } = await listen(backend);
    const text = JSON.stringify((await backend.get([1])).get(1)?.record);
    // The server puts what happens in one turn of its loop into one message, as it does with one transaction.
    const touch = "client:hivemind:touched:1";
    await redis.admin
      .multi()
      .set("client:client:1", text.replace('"can_escalate":true', '"can_escalate":false'))
      .set(touch, "")
      .del(touch)
      .exec();
    await proven(watch);
    expect(told).toEqual([[1]]);
  });

  test("nothing is proven while what was written is still being looked at", async () => {
    const [db, proxy] = [await redis.open(), await netProxy(redis.server)];
    onTestFinished(() => proxy.close());
    const backend = await redis.backend({ port: proxy.port, lease_ms: 100, command_timeout_ms: 300 });
    await db.addClient();
    const { watch, told } = await listen(backend);
    const text = JSON.stringify((await backend.get([1])).get(1)?.record);
    let proofs = 0;
    proxy.alter((said, asked) => {
      if (!asked.includes("tracking")) return "";
      proofs += said.includes("pong") ? 1 : 0;
      return said;
    });

    const since = performance.now();
    await redis.admin.set("client:client:1", text.replace('"can_escalate":true', '"can_escalate":false'));
    await expect.poll(() => [watch.provenAt() < since, proofs > 5], { interval: 5 }).toEqual([true, true]);
    expect(told).toEqual([]);

    // Whoever cannot be read may have changed.
    await proven(watch);
    expect(told).toEqual([[1]]);
  });

  test("an emptied server is told as all", async () => {
    const [db, backend] = [await redis.open(), await redis.backend()];
    await db.addClient();
    const { watch, told } = await listen(backend);

    await redis.admin.flushall();
    await proven(watch);

    expect(told).toContain("all");
  });

  test("what does not concern the clients is not told", async () => {
    const [db, backend] = [await redis.open(), await redis.backend()];
    await db.addClient();
    const { watch, told } = await listen(backend);

    await db.state("shared", "test").set("key", 1);
    await redis.admin.set("clients:client:1", "another program's");
    await proven(watch);

    expect(told).toEqual([]);
  });
});

describe("a feed that fails", () => {
  test("whose connection is killed says all when it is back, and what happened meanwhile is not proven before", async () => {
    const [db, backend] = [await redis.open(), await redis.backend({ retry_delay: 0.3 })];
    await db.addClient();
    const { watch, told } = await listen(backend);

    for (const id of await feedConnections()) await redis.admin.call("client", "kill", "id", id);
    await expect.poll(() => told).toContain("all");
    told.length = 0;
    const before = watch.provenAt();
    await db.updateClient(1, { name: "missed" });
    expect(watch.provenAt()).toBe(before);

    await expect.poll(() => told).toContain("all");
    await proven(watch);
    expect(redis.notices.map(({ code }) => code)).toEqual(["feed-down", "feed-up"]);
  });

  test("that the user may not have says so, proves nothing, and everything else works", async () => {
    await redis.admin.call("acl", "setuser", "no-client", "on", ">p", "~*", "&*", "+@all", "-client");
    const backend = await redis.backend({ username: "no-client", password: "p" });

    const watch = await backend.watch(() => undefined);

    expect(redis.notices.map(({ code }) => code)).toEqual(["feed-down"]);
    expect(redis.notices[0]?.message).toMatch(/CLIENT TRACKING/);
    expect(watch.provenAt()).toBe(Number.NEGATIVE_INFINITY);
    expect(await backend.health()).toMatchObject({
      ok: true,
      details: { feed: "down", feedProvenMsAgo: null },
    });
    expect(await backend.get([1])).toEqual(new Map());
    await watch.close();
  });

  test("whose server stands still proves nothing more, and goes on by itself", async () => {
    const [db, backend] = [await redis.open(), await redis.backend({ lease_ms: 100 })];
    await db.addClient();
    const { watch } = await listen(backend);

    redis.server.pause();
    // An answer that is on its way still counts.
    await new Promise((resolve) => setTimeout(resolve, 50));
    const last = watch.provenAt();
    await new Promise((resolve) => setTimeout(resolve, 400));
    const meanwhile = watch.provenAt();
    redis.server.resume();

    expect(meanwhile).toBe(last);
    await proven(watch);
  });
});

async function feedConnections(): Promise<string[]> {
  const clients = String(await redis.admin.call("client", "list"));
  return clients
    .split("\n")
    .flatMap((line) => (/ sub=1 /.test(line) ? [/^id=(\d+)/.exec(line)?.[1] ?? ""] : []));
}

describe("a list", () => {
  const MANY = 11_000;

  test("of more clients than are remembered makes no change of a touch, and can be left amid the search for keys", async () => {
    const [db, backend] = [await redis.open({}), await redis.backend()];
    for (let made = 0; made < MANY; made += 1000)
      await db.addClients(Array.from({ length: 1000 }, () => ({})));
    const { watch, told } = await listen(backend);
    const calls = async () => /cmdstat_scan:calls=(\d+)/.exec(await redis.admin.info("commandstats"))?.[1];

    let listed = 0;
    for await (const page of backend.list()) listed += page.length;
    expect(listed).toBe(MANY);
    await db.touch(1, 1_755_264_536);
    await db.flush();
    await proven(watch);
    expect(told).toEqual([]);

    await redis.admin.config("RESETSTAT");
    const left = backend.list()[Symbol.asyncIterator]();
    expect(await left.next()).toEqual({ done: false, value: [] });
    await left.return?.();
    expect(await calls()).toBe("1");
  });

  test("shows what stands under a key that is no UTF-8, and may have any access key", async () => {
    const [db, backend] = [await redis.open(), await redis.backend()];
    await db.addClient({ accessKey: "one" });
    const key = Buffer.concat([Buffer.from("client:client:"), Buffer.from([0xff])]);
    await redis.admin.set(key, `{"client_id": 2, "api_key": "lost"}`);
    await redis.admin.sadd("client:api_key:lost", Buffer.from([0xff]));

    const listed = (await Array.fromAsync(backend.list())).flat();

    expect(listed.map(({ id }) => id)).toEqual([1, undefined]);
    expect(listed[1]).toMatchObject({ reason: "its key is not UTF-8" });
  });
});
