/** A real server for the tests of one file, emptied for each, and databases on it. */
import { createDatabase } from "@hivemind/db-core";
import type { ClientDatabase, Notice } from "@hivemind/db-core";
import type { Backend } from "@hivemind/db-core/backend";
import { startRedis } from "../../../../tooling/redis/src/main.ts";
import type { RedisConfig, RedisServer } from "../../../../tooling/redis/src/main.ts";
import { Redis } from "ioredis";
import { afterAll, beforeAll, beforeEach, onTestFinished } from "vitest";
import plugin from "../../src/plugin.ts";
import { dump, load } from "./keyspace-dump.ts";
import type { Dump } from "./keyspace-dump.ts";
import { testOptions } from "./options.ts";

type Given = Readonly<Record<string, unknown>>;

export interface TestServer {
  readonly server: RedisServer;
  /** What an operator, or any other program, does. */
  readonly admin: Redis;
  /** What all handles of the current test were told. */
  readonly notices: Notice[];
  dump(): Promise<Dump>;
  load(keys: Dump): Promise<void>;
  database(given?: Given, create?: boolean): ClientDatabase;
  /** Opened, and closed with the test. */
  open(given?: Given, create?: boolean): Promise<ClientDatabase>;
  /** Without core around it. */
  backend(given?: Given): Promise<Backend>;
}

export function testServer(config: RedisConfig = {}): TestServer {
  let server: RedisServer | undefined;
  let admin: Redis | undefined;
  const notices: Notice[] = [];
  const onNotice = (notice: Notice): void => void notices.push(notice);
  const parse = (given: Given) => testOptions({ port: started().port, ...given });
  const started = (): RedisServer => {
    if (server === undefined) throw new Error("the server is started before the first test");
    return server;
  };

  beforeAll(async () => {
    server = await startRedis(config);
    admin = client(server.port);
  }, 60_000);
  beforeEach(async () => {
    await admin?.flushall();
    notices.length = 0;
  });
  afterAll(async () => {
    admin?.disconnect();
    await server?.stop();
  });

  return {
    get server() {
      return started();
    },
    get admin() {
      return admin as Redis;
    },
    notices,
    dump: () => dump(admin as Redis),
    load: (keys) => load(admin as Redis, keys),
    database: (given = {}, create = true) =>
      createDatabase(plugin, parse(given), { create, onNotice, lastSeenIntervalMs: 0 }),
    open: async (given = {}, create = true) => {
      const db = createDatabase(plugin, parse(given), { create, onNotice, lastSeenIntervalMs: 0 });
      await db.open();
      onTestFinished(() => db.close());
      return db;
    },
    backend: async (given = {}) => {
      const backend = await plugin.open(parse(given), { create: true, onNotice });
      onTestFinished(() => backend.close());
      return backend;
    },
  };
}

/** A connection of the driver alone; it comes back by itself, and its errors are of no interest. */
export function client(port: number): Redis {
  const redis = new Redis({ port, protocol: 2, retryStrategy: () => 20, enableReadyCheck: false });
  redis.on("error", () => undefined);
  return redis;
}
