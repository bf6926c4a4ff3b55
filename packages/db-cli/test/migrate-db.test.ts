import { randomInt } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startRedis } from "../../../tooling/redis/src/main.ts";
import type { RedisServer } from "../../../tooling/redis/src/main.ts";
import { Hub, hubWithClients } from "./support/hub.ts";
import { clientsText, contentOf, rememberState } from "./support/many-clients.ts";
import { errorOf, runCli, runJson } from "./support/run-cli.ts";
import { configFor, MODULES, ORDERED_PAIRS } from "./support/stores.ts";
import { runAndSignal } from "./support/start-cli.ts";

const COUNT = 2000;
/** Each test starts several, and other packages' tests run beside them. */
const MANY_PROCESSES = { timeout: 90_000 };

interface Migration {
  readonly clients: Readonly<Record<string, number>>;
  readonly state: Readonly<Record<string, number>>;
}

let redis: RedisServer;
beforeAll(async () => {
  redis = await startRedis();
});
afterAll(() => redis.stop());

function seededHub(count: number): Hub {
  return new Hub().withText("clients.json", clientsText(count)).withText("clients.schema_version", "2");
}

describe("migrate-db, killed and interrupted at any moment, and repeated", () => {
  it.each(ORDERED_PAIRS)("loses nothing from %s to %s", MANY_PROCESSES, async (from, to) => {
    const hub = seededHub(COUNT);
    await rememberState(hub);
    const expected = await contentOf(hub);
    const source = configFor(hub, from, from === "json" ? "clients" : `${to}-source`, redis.port);
    if (from !== "json") await runJson(hub, ["migrate-db", "--to", MODULES[from], "--to-config", source]);
    const target = configFor(hub, to, `${from}-target`, redis.port);
    const args = ["migrate-db", "--config", source, "--from", MODULES[from], "--to", MODULES[to]];
    args.push("--to-config", target);
    const moments = { killedAfter: randomInt(200, 800), stoppedAfter: randomInt(300, 900) };

    await runAndSignal(hub, args, "SIGKILL", moments.killedAfter);
    const stopped = await runAndSignal(hub, args, "SIGINT", moments.stoppedAfter);
    const { clients } = await runJson<Migration>(hub, args);

    const count = (clients["added"] ?? 0) + (clients["unchanged"] ?? 0);
    expect({ ...moments, endedBy: stopped.signal ?? stopped.code, count }).toEqual({
      ...moments,
      endedBy: expect.toBeOneOf(["SIGINT", 0]) as unknown,
      count: COUNT,
    });
    expect(await contentOf(hub, target)).toEqual(expected);
  });
});

describe("migrate-db by the short names of backends", () => {
  it("makes the config name the module that Python hubs know", async () => {
    const hub = new Hub()
      .withFile("v2/clients.json")
      .withFile("v2/clients.schema_version", "clients.schema_version");
    await runJson(hub, ["migrate-db", "--from", "json", "--to", "sqlite", "--switch"]);
    expect(JSON.parse(readFileSync(hub.configFile, "utf8"))).toMatchObject({
      database: { module: MODULES.sqlite },
    });
    expect(await runJson(hub, ["health"])).toMatchObject({ ok: true, backend: "@hivemind/db-sqlite" });
  });
});

describe("migrate-db on the config and data of a Python hub", () => {
  it("copies JSON to Redis with no other flag, and leaves every byte of the source", async () => {
    const hub = hubWithClients("v1").withConfig({
      database: {
        module: MODULES.json,
        [MODULES.redis]: { port: redis.port, index_prefix: "python" },
      },
    });
    const before = hub.snapshot();

    const outcome = await runCli(hub, ["migrate-db", "--from", MODULES.json, "--to", MODULES.redis]);

    expect(outcome).toMatchObject({ code: 0, stdout: "" });
    expect(outcome.stderr).toContain("Had a message_blacklist, which was dropped: client 4.");
    expect(outcome.stderr).toContain(`set "module": "${MODULES.redis}" in the "database" block of`);
    expect(hub.snapshot()).toEqual(before);
    const copy = configFor(hub, "redis", "python", redis.port);
    expect(await contentOf(hub, copy)).toEqual(await contentOf(hub));
  });

  it("goes from JSON to SQLite where nothing else is said, and switches the config if asked to", async () => {
    const hub = seededHub(3);
    const config = '{\n  "database": { "module": "hivemind-json-db-plugin" }, "policy": [1.0] }';
    writeFileSync(hub.configFile, config);

    expect(await runJson(hub, ["migrate-db", "--switch"])).toMatchObject({
      from: { backend: "@hivemind/db-json" },
      to: { backend: "@hivemind/db-sqlite" },
      switched: { path: hub.configFile },
      clients: { added: 3 },
    });
    expect(readFileSync(hub.configFile, "utf8")).toBe(config.replace(MODULES.json, MODULES.sqlite));
    expect(await runJson(hub, ["list-clients"])).toHaveLength(3);
  });
});

describe("migrate-db where something is in the way", () => {
  it("stops before it writes anything at a record that cannot be read, unless told to go on", async () => {
    const hub = new Hub().withFile("synthetic/clients-one-bad-record.json");
    const before = hub.snapshot();

    const refused = await runCli(hub, ["migrate-db", "--json"]);
    expect(refused.code).toBe(5);
    expect(errorOf(refused).message).toContain("--skip-unreadable");
    expect(hub.snapshot()).toEqual(before);

    const { unreadable } = await runJson<{ unreadable: string[] }>(hub, ["migrate-db", "--skip-unreadable"]);
    expect(unreadable).toEqual(["client 2", "client 3"]);
  });

  it("stops at two clients with one access key in the source", async () => {
    const hub = new Hub().withFile("synthetic/clients-duplicate-access-key.db", "clients.db");

    const outcome = await runCli(hub, [
      "migrate-db",
      "--from",
      MODULES.sqlite,
      "--to",
      MODULES.json,
      "--json",
    ]);

    expect(outcome.code).toBe(2);
    expect(errorOf(outcome)).toMatchObject({ code: "duplicate-key" });
  });

  it("leaves the target as it is where a client differs, unless told to replace it", async () => {
    const hub = seededHub(3);
    await runJson(hub, ["migrate-db"]);
    writeFileSync(hub.clientsFile, clientsText(4).replace("client 2,", "renamed,"));
    const sqlite = configFor(hub, "sqlite", "clients", redis.port);
    const names = async () => (await contentOf(hub, sqlite)).clients.map(({ client }) => client.name);
    const before = await names();

    const refused = await runCli(hub, ["migrate-db", "--json"]);
    expect(refused.code).toBe(2);
    expect(errorOf(refused)).toMatchObject({ code: "duplicate-key", clientIds: [2] });
    expect(errorOf(refused).message).toContain("client 2 differs from the one that is there in name");
    expect(await names()).toEqual(before);

    const replaced = await runJson<Migration>(hub, ["migrate-db", "--on-conflict", "replace"]);
    expect(replaced.clients).toMatchObject({ added: 1, unchanged: 2, replaced: 1 });
    expect((await names())[1]).toMatch(/^renamed,/);
    expect(await names()).toHaveLength(4);
  });

  it("never brings back who is revoked in the target", async () => {
    const hub = seededHub(2);
    await runJson(hub, ["migrate-db"]);
    const sqlite = configFor(hub, "sqlite", "clients", redis.port);
    await runJson(hub, ["delete-client", "2", "--config", sqlite]);

    const refused = await runCli(hub, ["migrate-db", "--json"]);
    const replaced = await runJson<Migration>(hub, ["migrate-db", "--on-conflict", "replace"]);

    expect(errorOf(refused)).toMatchObject({ code: "duplicate-key", clientIds: [2] });
    expect(replaced.clients).toMatchObject({ unchanged: 1, skipped: 1 });
    expect((await contentOf(hub, sqlite)).clients[1]?.client.revoked).toBe(true);
  });

  it("refuses to copy a store onto itself", async () => {
    const hub = seededHub(2);

    expect(await runCli(hub, ["migrate-db", "--to", "@hivemind/db-json"])).toMatchObject({ code: 2 });
  });

  it("writes nothing with --dry-run", async () => {
    const hub = seededHub(2);
    const before = hub.snapshot();

    const report = await runJson<Migration>(hub, ["migrate-db", "--dry-run"]);

    expect(report).toMatchObject({ dryRun: true, clients: { added: 2 } });
    expect(hub.snapshot()).toEqual(before);
  });
});
