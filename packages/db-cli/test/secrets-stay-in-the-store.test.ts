/** Whatever the command line does on a store, its secrets are in the store, and nowhere else. */
import { readdirSync, readFileSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startRedis } from "../../../tooling/redis/src/main.ts";
import type { RedisServer } from "../../../tooling/redis/src/main.ts";
import { CERTIFICATE } from "./support/certificate.ts";
import { Hub } from "./support/hub.ts";
import { runCli } from "./support/run-cli.ts";
import { MODULES } from "./support/stores.ts";

const CANARY = "canary-7f3a";
const ACCESS_KEY = `${CANARY}-access-key`;
const PASSWORD = `${CANARY}-of-a-password-nobody-guesses`;
/** 16 bytes: what an encrypted JSON store needs. */
const STORE_PASSWORD = `${CANARY}-stor`;

let redis: RedisServer | undefined;
beforeAll(async () => {
  redis = await startRedis({ requirepass: STORE_PASSWORD });
}, 60_000);
afterAll(() => redis?.stop());

interface Place {
  readonly name: string;
  readonly module: string;
  readonly options: () => object;
  /** The files that the clients' secrets are kept in. */
  readonly holders: readonly string[];
}

const password = STORE_PASSWORD;
const PLACES: readonly Place[] = [
  { name: "a JSON file", module: MODULES.json, options: () => ({}), holders: ["clients.json"] },
  { name: "an encrypted JSON file", module: MODULES.json, options: () => ({ password }), holders: [] },
  {
    name: "an SQLite file",
    module: MODULES.sqlite,
    options: () => ({}),
    holders: ["clients.db", "clients.db-wal"],
  },
  { name: "an encrypted SQLite file", module: MODULES.sqlite, options: () => ({ password }), holders: [] },
  {
    name: "a Redis server",
    module: MODULES.redis,
    options: () => ({ port: redis?.port, password }),
    holders: [],
  },
];

/** Those that have most to do with secrets; each with its exit code. A process takes its time, so they are few. */
const COMMANDS: readonly (readonly [code: number, ...args: string[]])[] = [
  [0, "check-access", ACCESS_KEY, "speak"],
  [0, "add-certificate", "-", "1"],
  [2, "add-client", "--access-key", ACCESS_KEY],
  [0, "doctor"],
];

function filesIn(hub: Hub): readonly string[] {
  const entries = readdirSync(hub.home, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}

describe.each(PLACES)("on $name", ({ module, options, holders }) => {
  test("the secrets are in the store, the store's password in the config, and no output has either", async () => {
    const hub = new Hub().withOptions(options(), module);
    const env = { HIVEMIND_CLIENT_ACCESS_KEY: ACCESS_KEY };
    const add = ["add-client", "--name", "kitchen", "--allow", "speak", "--password-stdin"];
    const added = await runCli(hub, add, { env, input: PASSWORD });
    expect(added).toMatchObject({ code: 0 });

    const said: string[] = [];
    for (const [expected, ...args] of COMMANDS) {
      const { code, stdout, stderr } = await runCli(hub, [...args, "--json"], { input: CERTIFICATE });
      expect([...args, code]).toEqual([...args, expected]);
      said.push(stdout, stderr);
    }

    expect(said.join("\n")).not.toContain(CANARY);
    const others = filesIn(hub).filter((path) => path !== hub.configFile);
    const withCanary = others.filter((path) => readFileSync(path, "latin1").includes(CANARY));
    expect(withCanary.map((path) => basename(path)).filter((name) => !holders.includes(name))).toEqual([]);
    expect(others.filter((path) => (statSync(path).mode & 0o077) !== 0)).toEqual([]);
    expect(holders.length === 0 || withCanary.length > 0).toBe(true);
  });
});
