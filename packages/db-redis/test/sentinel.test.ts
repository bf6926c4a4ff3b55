/** Sentinels: the master is followed, and one that has been replaced proves nothing. */
import { createDatabase } from "@hivemind/db-core";
import type { ClientDatabase, DbError, Notice } from "@hivemind/db-core";
import { expect, onTestFinished, test } from "vitest";
import { tell, until } from "../../../tooling/redis/src/main.ts";
import type { RedisServer } from "../../../tooling/redis/src/main.ts";
import { withCertificates } from "../src/certificates.ts";
import { ConfirmedWrites } from "../src/confirmed-writes.ts";
import { Connection } from "../src/connection.ts";
import { makeRoute } from "../src/make-route.ts";
import plugin from "../src/plugin.ts";
import { integer } from "../src/reply-shape.ts";
import { writeScript } from "../src/script.ts";
import { testOptions } from "./support/options.ts";
import { readmeExtra, readmeUser } from "./support/readme.ts";
import { sentinels } from "./support/topologies.ts";
import { client } from "./support/test-server.ts";

type Group = Awaited<ReturnType<typeof sentinels>>;

async function start(config: Readonly<Record<string, string>> = {}): Promise<Group> {
  const group = await sentinels({ config });
  onTestFinished(() => group.stop());
  return group;
}

async function open(group: Group, given: Readonly<Record<string, unknown>> = {}): Promise<ClientDatabase> {
  const db = createDatabase(plugin, testOptions({ ...group.given, ...given }), { create: true });
  await db.open();
  onTestFinished(() => db.close());
  return db;
}

async function code(call: Promise<unknown>): Promise<string> {
  return call.then(
    () => "ok",
    (error: DbError) => error.code,
  );
}

test("the master dies: calls fail in time, and work goes on with the replica that takes its place, the feed too", async () => {
  const group = await start();
  const db = await open(group);
  // What the replica has not got is lost with the master.
  await (await open(group, { durability: { replicas: 1 } })).addClient({ accessKey: "key" });
  const notices: Notice[] = [];
  const backend = await plugin.open(testOptions(group.given), {
    create: false,
    onNotice: (notice) => notices.push(notice),
  });
  onTestFinished(() => backend.close());
  const told: unknown[] = [];
  const watch = await backend.watch((changed) => told.push(changed));

  await group.group.primary.kill();
  const started = performance.now();
  expect(await code(db.authenticate({ accessKey: "key" }))).toBe("unreachable");
  expect(performance.now() - started).toBeLessThan(2000);

  await expect.poll(() => code(db.updateClient(1, { name: "new" })), { timeout: 10_000 }).toBe("ok");
  await expect.poll(() => code(db.authenticate({ accessKey: "key" }))).toBe("ok");
  const moment = performance.now();
  await expect.poll(() => watch.provenAt(), { timeout: 5000 }).toBeGreaterThan(moment);
  expect(notices.map((notice) => notice.code)).toEqual(["feed-down", "feed-up"]);
  told.length = 0;
  await db.updateClient(1, { name: "newer" });
  await expect.poll(() => told).toContainEqual([1]);
  const { details } = await db.health();
  expect(details).toMatchObject({ topology: "sentinel", role: "master", freshWithinMs: null });
});

test("a master that becomes a replica proves nothing from that moment, and is not read beyond the lease", async () => {
  const group = await start();
  const lease = 300;
  await (await open(group)).addClient({ accessKey: "key" });
  const backend = await plugin.open(testOptions({ ...group.given, lease_ms: lease }), {
    create: false,
    onNotice: () => undefined,
  });
  onTestFinished(() => backend.close());
  const watch = await backend.watch(() => undefined);
  await expect.poll(() => watch.provenAt()).toBeGreaterThan(0);
  // They would close every connection.
  for (const sentinel of group.group.sentinels) sentinel.pause();

  await group.home.replicaof("127.0.0.1", group.group.replicas[0]?.port ?? 0);
  const demoted = performance.now();

  await expect.poll(() => code(backend.get([1])), { timeout: 5000 }).toBe("unreachable");
  expect(performance.now() - demoted).toBeLessThan(5000);
  expect(watch.provenAt()).toBeLessThan(demoted);
});

test("with min-replicas-to-write for all replicas the bound is known; without them nobody is answered", async () => {
  const group = await start({ "min-replicas-to-write": "1", "min-replicas-max-lag": "2" });
  const [replica] = group.group.replicas;
  const db = await open(group, { command_timeout_ms: 500 });
  await db.addClient({ accessKey: "key" });
  expect((await db.health()).details).toMatchObject({ freshWithinMs: 4000 });

  const admin = client(replica?.port ?? 0);
  onTestFinished(() => admin.disconnect());
  await admin.replicaof("NO", "ONE");

  await expect.poll(() => code(db.getClient(1)), { timeout: 8000 }).toBe("unreachable");
});

test("a demand for replicas that is made, changed or taken back is the bound from then on", async () => {
  const group = await start({ "min-replicas-to-write": "1", "min-replicas-max-lag": "2" });
  const db = await open(group, { lease_ms: 50 });
  const freshWithinMs = async () => (await db.health()).details["freshWithinMs"];
  expect(await freshWithinMs()).toBe(3050);

  await group.home.config("SET", "min-replicas-max-lag", "4");
  await expect.poll(freshWithinMs).toBe(5050);
  await group.home.config("SET", "min-replicas-max-lag", "2");
  await expect.poll(freshWithinMs).toBe(3050);
  await group.home.config("SET", "min-replicas-to-write", "0");
  await expect.poll(freshWithinMs).toBeNull();
  await group.home.config("SET", "min-replicas-to-write", "1");
  await expect.poll(freshWithinMs).toBe(3050);
});

test("a Sentinel that has missed a failover, and answers alone, brings nobody back to the old master", async () => {
  const group = await start();
  const [first, second, cutOff] = group.group.sentinels as [RedisServer, RedisServer, RedisServer];
  const options = withCertificates(testOptions(group.given));
  const route = makeRoute(options);
  onTestFinished(() => route.close());
  const replica = group.group.replicas[0] as RedisServer;
  await group.group.settled();
  await cutOff.kill();
  await tell(first, `SENTINEL FAILOVER ${group.group.masterName}`);
  const followed = async () => {
    await route.look();
    return route.way(0);
  };
  await expect
    .poll(
      () =>
        followed().then(
          ({ link }) => link.options.port,
          () => 0,
        ),
      { timeout: 10_000 },
    )
    .toBe(replica.port);

  first.pause();
  second.pause();
  await cutOff.start();
  const old = new RegExp(`\\r\\n${group.group.primary.port}\\r\\n`);
  await until(cutOff, `SENTINEL GET-MASTER-ADDR-BY-NAME ${group.group.masterName}`, old);
  // Until it has been asked by us, and has answered.
  const askedOf = async () => {
    await route.look();
    return tell(cutOff, "CLIENT LIST");
  };
  await expect.poll(askedOf, { timeout: 5000 }).toMatch(/cmd=sentinel\|master /);

  expect((await followed()).link.options.port).toBe(replica.port);
});

test("Sentinels that were set up anew are believed, although they count failovers from the start", async () => {
  const group = await start();
  const [one, ...others] = group.group.sentinels as [RedisServer, ...RedisServer[]];
  const route = makeRoute(withCertificates(testOptions(group.given)));
  onTestFinished(() => route.close());
  const { primary, masterName } = group.group;
  const replica = group.group.replicas[0] as RedisServer;
  await group.group.settled();
  await tell(one, `SENTINEL FAILOVER ${masterName}`);
  const followed = async () => {
    await route.look();
    return Promise.resolve(route.way(0)).then(
      ({ link }) => link.options.port,
      () => 0,
    );
  };
  await expect.poll(followed, { timeout: 10_000 }).toBe(replica.port);

  await tell(replica, `REPLICAOF ${primary.host} ${primary.port}`);
  await tell(primary, "REPLICAOF NO ONE");
  for (const sentinel of [one, ...others]) {
    await tell(sentinel, `SENTINEL REMOVE ${masterName}`);
    await tell(sentinel, `SENTINEL MONITOR ${masterName} ${primary.host} ${primary.port} 2`);
  }

  await expect.poll(followed, { timeout: 10_000 }).toBe(primary.port);
});

test("writes that go together, to a master that may not be asked, each hear what one alone hears", async () => {
  const group = await start();
  await group.home.call("acl", "setuser", "node", "on", ">password", "~*", "&*", "+@all");
  const given = { ...group.given, username: "node", password: "password", lease_ms: 50 };
  const options = withCertificates(testOptions(given));
  const durability = { replicas: 1, timeoutMs: 1000 };
  const writes = new ConfirmedWrites(() => new Connection(options, makeRoute(options)), durability);
  onTestFinished(() => writes.close());
  const script = writeScript("return redis.call('incr', KEYS[1])", integer);
  const write = () => writes.run(script, ["client:test"], []);
  expect(await Promise.all([write(), write()])).toEqual([1, 2]);
  await group.home.call("acl", "setuser", "node", "-info");
  await expect.poll(() => code(write())).toBe("refused");

  const outcomes = await Promise.all([write(), write(), write()].map(code));

  expect(outcomes).toEqual(["refused", "refused", "refused"]);
});

test("users with the README's rules, for the servers and for the Sentinels, are enough", async () => {
  const password = "Zeder-47-Fenster";
  const rule = ["user", "watcher", "on", `>${password}`, "resetchannels", ...readmeExtra("Sentinel")].join(
    " ",
  );
  const group = await sentinels({
    config: { user: readmeUser(password).join(" ") },
    sentinelLines: [rule],
  });
  onTestFinished(() => group.stop());
  const own = { sentinel_username: "watcher", sentinel_password: password };

  const db = await open(group, { username: "hivemind", password, ...own });

  expect((await db.addClient()).client.id).toBe(1);
  expect((await db.health()).details).toMatchObject({ role: "master" });
  await expect(
    open(group, { username: "hivemind", password, ...own, sentinel_password: "wrong" }),
  ).rejects.toMatchObject({ code: "refused" });
});

test("a Sentinel that is named as the server is refused, and says how to name it", async () => {
  const group = await start();
  const db = createDatabase(plugin, testOptions({ port: group.group.sentinels[0]?.port }), { create: true });
  await expect(db.open()).rejects.toMatchObject({
    code: "invalid",
    message: expect.stringMatching(/in sentinels, and its master in master_name/),
  });
});

test("a name that no Sentinel knows is said", async () => {
  const group = await start();
  const db = createDatabase(plugin, testOptions({ ...group.given, master_name: "other" }), { create: true });
  await expect(db.open()).rejects.toMatchObject({
    code: "invalid",
    message: expect.stringMatching(/master_name/),
  });
});
