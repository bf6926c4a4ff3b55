import { inspect } from "node:util";
import { describe, expect, test } from "vitest";
import { redisOptions } from "../src/options.ts";

const issues = (given: object): readonly string[] =>
  redisOptions.safeParse(given).error?.issues.map(({ path, message }) => `${path.join(".")}: ${message}`) ??
  [];

describe("the options", () => {
  test("of a Python hub and in camelCase mean the same", () => {
    const python = {
      index_prefix: "x",
      cluster_hash_tag: "t",
      retry_delay: 0.5,
      ssl: true,
      ssl_cert_reqs: "none",
      max_connections: 5,
    };
    const camel = {
      indexPrefix: "x",
      clusterHashTag: "t",
      retryDelay: 0.5,
      useSsl: true,
      sslCertReqs: "none",
      maxConnections: 5,
    };

    expect(redisOptions.parse(camel)).toEqual(redisOptions.parse(python));
    expect(redisOptions.parse(python)).toMatchObject({
      indexPrefix: "x",
      hashTag: "t",
      retryDelayMs: 500,
      tls: { verify: false, checkHostname: false },
    });
  });

  test("default to those of a Python hub; an empty password is none", () => {
    expect(redisOptions.parse({ password: "", username: "", cluster_hash_tag: "" })).toMatchObject({
      host: "127.0.0.1",
      port: 6379,
      db: 0,
      username: undefined,
      password: undefined,
      indexPrefix: "client",
      hashTag: undefined,
      retryAttempts: 3,
      leaseMs: 1000,
    });
  });

  test("take durability in both spellings, and refuse what says two things", () => {
    const both = [{ timeout_ms: 200 }, { timeoutMs: 200 }, { timeout_ms: 200, timeoutMs: 200 }];
    for (const given of both)
      expect(redisOptions.parse({ durability: { replicas: 2, ...given } }).durability).toEqual({
        replicas: 2,
        timeoutMs: 200,
      });
    expect(redisOptions.parse({ durability: { replicas: 1 } }).durability?.timeoutMs).toBe(1000);
    expect(issues({ durability: { replicas: 1, timeout_ms: 1, timeoutMs: 2 } })).toHaveLength(1);
    expect(issues({ durability: { replicas: 0 } })).toHaveLength(1);
    expect(issues({ durability: {} })).toHaveLength(1);
  });

  test("can come as a URL", () => {
    expect(redisOptions.parse({ url: "rediss://us%40er:p%3Ass@[::1]:7000/3" })).toMatchObject({
      host: "::1",
      port: 7000,
      db: 3,
      username: "us@er",
      password: "p:ss",
      tls: { verify: true, checkHostname: true },
    });
    expect(redisOptions.parse({ url: "redis://host" })).toMatchObject({
      host: "host",
      port: 6379,
      db: 0,
      tls: undefined,
    });
  });

  test("name Sentinels, whose TLS and port are those one expects", () => {
    const sentinels = [{ host: "one" }, { host: "two", port: 7 }];
    const parsed = (given: object) =>
      redisOptions.parse({ sentinels, master_name: "hive", ...given }).sentinels;

    expect(parsed({ sentinel_password: "p" })).toEqual({
      places: [
        { host: "one", port: 26_379 },
        { host: "two", port: 7 },
      ],
      masterName: "hive",
      username: undefined,
      password: "p",
      tls: undefined,
    });
    expect(parsed({ use_ssl: true })?.tls).toMatchObject({ verify: true });
    expect(parsed({ use_ssl: true, sentinelSsl: false })?.tls).toBeUndefined();
  });

  test("that contradict each other are refused by name", () => {
    const contradictions: readonly (readonly [object, string])[] = [
      [{ url: "redis://one", host: "two" }, "host"],
      [{ url: "redis://one/1", db: 2 }, "db"],
      [{ url: "redis://:canary@one", password: "other" }, "password"],
      [{ url: "redis://one", use_ssl: true }, "use_ssl"],
      [{ url: "rediss://one", ssl: false }, "use_ssl"],
      [{ index_prefix: "a", indexPrefix: "b" }, "indexPrefix"],
      [{ ssl: true, use_ssl: false }, "ssl"],
      [{ username: "somebody" }, "username"],
      [{ use_ssl: true, ssl_certfile: "c.pem" }, "ssl_keyfile"],
      [{ cluster_nodes: [{ host: "one" }], host: "two" }, "host"],
      [{ cluster_nodes: [{ host: "one" }], url: "redis://two" }, "url"],
      [{ cluster_nodes: [{ host: "one" }], db: 1 }, "db"],
      [{ cluster_nodes: [{ host: "one" }], sentinels: [{ host: "two" }], master_name: "hive" }, "sentinels"],
      [{ sentinels: [{ host: "one" }] }, "master_name"],
      [{ sentinels: [{ host: "one" }], master_name: "hive", port: 6379 }, "port"],
      [{ sentinel_password: "canary" }, "sentinel_password"],
      [{ sentinels: [{ host: "one" }], master_name: "hive", sentinel_username: "us" }, "sentinel_username"],
    ];
    for (const [given, name] of contradictions)
      expect(issues(given)).toEqual([expect.stringMatching(`^${name}: `)]);
  });

  test("that cannot be are refused, and no error shows a password", () => {
    for (const given of [
      { url: "http://:canary@host" },
      { url: "redis://:can%ary@host" },
      { url: "redis://:canary@host/0?x=1" },
      { url: "canary" },
      { host: "redis://:canary@host" },
      { host: "user:canary@host" },
      { port: 0 },
      { db: -1 },
      { index_prefix: "" },
      { cluster_hash_tag: "a{b}" },
      { ssl_cert_reqs: "sometimes" },
      { cluster_nodes: [] },
      { cluster_nodes: [{ host: "redis://:canary@host" }] },
      { sentinels: "canary", master_name: "hive" },
      { lease_ms: 1 },
      { passwort: "canary" },
    ]) {
      expect(issues(given)).toHaveLength(1);
      expect(inspect(redisOptions.safeParse(given), { depth: 9 })).not.toContain("canary");
    }
  });
});
