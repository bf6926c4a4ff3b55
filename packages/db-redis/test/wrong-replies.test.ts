/** What answers is no Redis, or something between has mixed up the replies: an error in time, and nobody is let in. */
import { describe, expect, onTestFinished, test } from "vitest";
import type { ClientDatabase, DbError } from "@hivemind/db-core";
import { startRedis, SYNC_BY_FILE } from "../../../tooling/redis/src/main.ts";
import { netProxy } from "../../../tooling/test-support/src/net-proxy.ts";
import type { Alter, NetProxy } from "../../../tooling/test-support/src/net-proxy.ts";
import { withCertificates } from "../src/certificates.ts";
import { ServerLink } from "../src/server-link.ts";
import { testOptions } from "./support/options.ts";
import { testServer } from "./support/test-server.ts";

const redis = testServer(SYNC_BY_FILE);
const NO_REDIS = { message: expect.stringContaining("answers as no Redis does") as unknown };
/** Of the right grammar, and of no command of ours. */
const REPLIES = [":5\r\n", "*0\r\n", "*2\r\n$1\r\n7\r\n:1\r\n", "*3\r\n$0\r\n\r\n:1\r\n:1\r\n", "+OK\r\n"];

test.each(REPLIES)("%j for every reply: reads are unreachable, writes unconfirmed", async (reply) => {
  const { db, proxy } = await throughProxy();

  proxy.alter(() => reply);

  await expect(db.authenticate({ accessKey: "one" })).rejects.toMatchObject({
    code: "unreachable",
    ...NO_REDIS,
  });
  await expect(Array.fromAsync(db.listClients())).rejects.toMatchObject({ code: "unreachable" });
  expect(await db.health()).toMatchObject({ ok: false });
  proxy.alter(insteadOfOk(reply));
  await expect(db.addClient({})).rejects.toMatchObject({ code: "unconfirmed", token: expect.any(String) });
});

test.each([":5\r\n", "+OK\r\n+OK\r\n"])(
  "%j for each of many calls at once: the connection is given up once, and nothing is printed",
  async (reply) => {
    const { db, proxy } = await throughProxy();
    const warned: Error[] = [];
    const warn = (warning: Error) => warned.push(warning);
    process.on("warning", warn);
    onTestFinished(() => void process.off("warning", warn));
    proxy.alter(() => reply.repeat(30));

    const calls = Array.from({ length: 30 }, (_, i) => db.state("shared", "s").get(`key-${i}`));
    const outcomes = await Promise.allSettled(calls);
    // Node warns in a later turn.
    await new Promise((resolve) => setImmediate(resolve));

    expect(outcomes.filter(({ status }) => status === "fulfilled")).toEqual([]);
    expect(warned).toEqual([]);
  },
);

test("when the replies are right again work goes on, and what was unconfirmed is there once", async () => {
  const { db, proxy } = await throughProxy();
  proxy.alter(insteadOfOk(":5\r\n"));
  const error = await db.addClient({ name: "again" }).catch((failure: unknown) => failure);
  const { token } = error as { readonly token: string };

  proxy.alter();

  const { client } = await db.addClient({ name: "again" }, { token });
  expect(client.id).toBe(2);
  expect(await Array.fromAsync(db.listClients(), ({ id }) => id)).toEqual([1, 2]);
});

describe("writes that replicas confirm", () => {
  test("a reply of another shape is unconfirmed for all that went together", async () => {
    const replicaof = `127.0.0.1 ${redis.server.port}`;
    const replica = await startRedis({ replicaof });
    onTestFinished(() => replica.stop());
    await expect.poll(() => redis.admin.info("replication"), { timeout: 10_000 }).toMatch(/state=online/);
    const { db, proxy } = await throughProxy({
      durability: { replicas: 1, timeout_ms: 2000 },
      command_timeout_ms: 2000,
    });
    proxy.alter(insteadOfOk(":5\r\n"));

    const outcomes = await Promise.allSettled([db.addClient({}), db.addClient({}), db.addClient({})]);

    for (const outcome of outcomes)
      expect(outcome).toMatchObject({ status: "rejected", reason: { code: "unconfirmed", ...NO_REDIS } });
  });
});

describe("in the middle of the feed", () => {
  const UNASKED = [
    "$-1\r\n",
    "*-1\r\n",
    "*1\r\n$-1\r\n",
    "*1\r\n*0\r\n",
    "*3\r\n$7\r\nmessage\r\n$1\r\nx\r\n:5\r\n",
  ];
  const NO_RESP = [
    "-ERR mad\r\n",
    "HTTP/1.1 400 Bad Request\r\n\r\n",
    "$x\r\n",
    "$-5\r\n",
    "*-9\r\n",
    "*1\r\n".repeat(99),
  ];

  test("whatever it says: nothing is proven by it, and it is made anew", async () => {
    await Promise.all([...REPLIES, ...UNASKED, ...NO_RESP].map(survives));
  });
});

test("a reply that nobody has asked for, and that is nothing, ends its connection and no more", async () => {
  const { db, proxy } = await throughProxy();
  proxy.alter((said) => `${said.toString()}$-1\r\n*-1\r\n`);

  await Promise.allSettled([
    db.authenticate({ accessKey: "one" }),
    db.health(),
    db.state("shared", "s").list(),
  ]);

  proxy.alter();
  await expect
    .poll(() => db.authenticate({ accessKey: "one" }).catch(() => undefined))
    .toMatchObject({ allowed: true });
});

test("one host that answers HELLO with nothing is no server of ours", async () => {
  const proxy = await proxied();
  proxy.alter((reply, asked) => (asked.includes("hello") ? "$-1\r\n" : reply));

  await expect(redis.open({ port: proxy.port })).rejects.toMatchObject({ code: "unreachable" });
});

describe("a redirection", () => {
  test.each(["MOVED 1 foo", "MOVED 1 foo:0", "MOVED foo:6379", "ASK 1 foo:70000", "MOVED"])(
    "to no place that can be (%s) is not followed",
    async (said) => {
      const { db, proxy } = await asCluster();

      proxy.alter(() => `-${said}\r\n`);

      await expect(db.authenticate({ accessKey: "one" })).rejects.toMatchObject({
        code: "unreachable",
        ...NO_REDIS,
      });
      proxy.alter(forged(proxy));
      await expect.poll(() => db.authenticate({ accessKey: "one" })).toMatchObject({ allowed: true });
    },
  );

  test("that names no host means the host of the server that says it", async () => {
    const proxy = await proxied();
    const link = new ServerLink(withCertificates(testOptions({ host: "127.0.0.1", port: proxy.port })));
    onTestFinished(() => link.close());
    const message = "MOVED 7 127.0.0.1:6381";
    proxy.alter(() => "-MOVED 7 :6381\r\n");

    await expect(link.send(["get", "x"])).rejects.toMatchObject({ message });
    expect(await link.sendTogether([["get", "x"]])).toMatchObject([{ message }]);
  });
});

describe("CONFIG GET that is answered with nothing, as some hosted servers do", () => {
  test("what a write survives is unknown, and no warning is made of it", async () => {
    const { db, proxy } = await throughProxy();
    proxy.alter((said) => (/^\*2\r\n\$\d+\r\n(?:append|save)/.test(said.toString()) ? "*0\r\n" : said));

    const { ok, details, warnings } = await db.health();

    expect(ok).toBe(true);
    expect(details["persistence"]).toMatch(/^unknown/);
    expect(warnings).toEqual([]);
  });

  test("how old an answer of a cluster may be is not bounded", async () => {
    const { db } = await asCluster();

    expect((await db.health()).details).toMatchObject({
      freshWithinMs: null,
      freshBecause: expect.stringMatching(/does not say its cluster-node-timeout/) as unknown,
    });
  });
});

test("a master behind Sentinels that sends us elsewhere is not followed, and proves nothing meanwhile", async () => {
  const proxy = await proxied();
  const named = ["ip", "127.0.0.1", "port", String(proxy.port), "config-epoch", "1"];
  const words = named.map((word) => `$${word.length}\r\n${word}\r\n`).join("");
  const asSentinel: Alter = (said) => (said.includes("unknown command 'sentinel'") ? `*6\r\n${words}` : said);
  proxy.alter(asSentinel);
  const sentinels = [{ host: "127.0.0.1", port: proxy.port }];
  const backend = await redis.backend({ port: undefined, sentinels, master_name: "hive", lease_ms: 200 });
  const watch = await backend.watch(() => undefined);
  await expect.poll(() => watch.provenAt()).toBeGreaterThan(0);

  const mad = await new Promise<number>((resolve) =>
    proxy.alter((said) => {
      if (!said.includes("role:master")) return asSentinel(said, "");
      resolve(performance.now());
      return "-MOVED 1 127.0.0.1:1\r\n";
    }),
  );
  // Until the lease is over.
  const got = () =>
    backend.get([1]).then(
      () => "ok",
      (error: DbError) => error.code,
    );
  await expect.poll(got).toBe("invalid");
  expect(watch.provenAt()).toBeLessThan(mad);
  proxy.alter(asSentinel);

  await expect.poll(() => watch.provenAt(), { timeout: 5000 }).toBeGreaterThan(mad);
});

/** One server that says of itself that it is a cluster, and nothing of its settings. */
async function asCluster() {
  const proxy = await proxied();
  proxy.alter(forged(proxy));
  const cluster_nodes = [{ host: "127.0.0.1", port: proxy.port }];
  const given = { port: undefined, cluster_nodes, cluster_hash_tag: "clients" };
  const db = await redis.open({ ...given, retry_delay: 0.01, command_timeout_ms: 500 });
  await db.addClient({ accessKey: "one" });
  return { db, proxy };
}

function forged({ port }: NetProxy): Alter {
  return (said) => {
    if (said.includes("cluster support disabled"))
      return `*1\r\n*3\r\n:0\r\n:16383\r\n*2\r\n$0\r\n\r\n:${port}\r\n`;
    return said.includes("cluster-node-timeout") ? "*0\r\n" : said;
  };
}

async function survives(reply: string): Promise<void> {
  const proxy = await proxied();
  const backend = await redis.backend({ port: proxy.port, command_timeout_ms: 300, lease_ms: 200 });
  const watch = await backend.watch(() => undefined);
  await expect.poll(() => watch.provenAt()).toBeGreaterThan(0);

  const mad = await new Promise<number>((resolve) =>
    proxy.alter((said, asked) => {
      if (!asked.includes("tracking")) return said;
      resolve(performance.now());
      return reply + reply;
    }),
  );
  // A way there and back behind the reply: it has been read.
  await backend.get([1]);
  expect(watch.provenAt()).toBeLessThan(mad);
  proxy.alter();

  await expect.poll(() => watch.provenAt(), { timeout: 8000, message: reply }).toBeGreaterThan(mad);
}

/** Of a write: what is read before it is answered as it should be. */
function insteadOfOk(reply: string): Alter {
  return (said) => (said.includes("ok") ? reply : said);
}

async function throughProxy(
  given: Readonly<Record<string, unknown>> = {},
): Promise<{ readonly db: ClientDatabase; readonly proxy: NetProxy }> {
  const proxy = await proxied();
  const db = await redis.open({ port: proxy.port, retry_delay: 0.01, command_timeout_ms: 500, ...given });
  await db.addClient({ accessKey: "one" });
  return { db, proxy };
}

async function proxied(): Promise<NetProxy> {
  const proxy = await netProxy(redis.server);
  onTestFinished(() => proxy.close());
  return proxy;
}
