/** The conformance suite on a server of its own. */
import { conformance } from "@hivemind/db-core/conformance";
import type { FreshStore, Seed } from "@hivemind/db-core/conformance";
import { startRedis } from "../../../../tooling/redis/src/main.ts";
import type { RedisServer } from "../../../../tooling/redis/src/main.ts";
import { Redis } from "ioredis";
import { afterAll, beforeAll, describe, test } from "vitest";
import { Keyspace } from "../../src/keyspace.ts";
import plugin from "../../src/plugin.ts";
import type { RedisOptions } from "../../src/plugin.ts";
import { dump, load } from "./keyspace-dump.ts";
import { testOptions } from "./options.ts";
import { seededKeyspace } from "./seeded.ts";

/** Runs every test of the contract with these options; each has the whole server to itself. */
export function redisConformance(given: Readonly<Record<string, unknown>>): void {
  let server: RedisServer;
  let admin: Redis;
  beforeAll(async () => {
    server = await startRedis();
    admin = new Redis({ port: server.port, db: Number(given["db"] ?? 0), protocol: 2 });
  });
  afterAll(async () => {
    admin.disconnect();
    await server.stop();
  });

  const fresh = async (seed?: Seed): Promise<FreshStore<RedisOptions>> => {
    const options = testOptions({ port: server.port, ...given });
    const { prefix } = new Keyspace(options.indexPrefix, options.hashTag);
    // Another program's data beside ours: nothing of it may be taken for clients.
    await admin.set(`${prefix}x:client:1`, "another program's");
    if (seed !== undefined) await load(admin, seededKeyspace(prefix, seed));
    return {
      options,
      snapshot: () => dump(admin),
      destroy: async () => void (await admin.flushall()),
      dispose: async () => void (await admin.flushall()),
    };
  };
  const module = new URL("../../src/plugin.ts", import.meta.url);
  conformance({ describe, test, plugin, fresh, module });
}
