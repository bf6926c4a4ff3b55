/** The conformance suite on real servers. */
import { conformance } from "@hivemind/db-core/conformance";
import type { FreshStore, Seed, Suite } from "@hivemind/db-core/conformance";
import type { Redis } from "ioredis";
import { afterAll, beforeAll, describe, test } from "vitest";
import { Keyspace } from "../../src/keyspace.ts";
import plugin from "../../src/plugin.ts";
import type { RedisOptions } from "../../src/plugin.ts";
import { dump, load } from "./keyspace-dump.ts";
import { testOptions } from "./options.ts";
import { seededKeyspace } from "./seeded.ts";
import { oneServer } from "./topologies.ts";
import type { Topology } from "./topologies.ts";

type Given = Readonly<Record<string, unknown>>;

/** Runs every test of the contract with these options; each has all servers to itself. */
export function redisConformance(
  given: Given,
  start: () => Promise<Topology> = () => oneServer(Number(given["db"] ?? 0)),
  database: NonNullable<Suite<RedisOptions>["database"]> = {},
): void {
  let topology: Topology;
  beforeAll(async () => {
    topology = await start();
  }, 60_000);
  afterAll(async () => topology.stop());

  const fresh = async (seed?: Seed): Promise<FreshStore<RedisOptions>> => {
    const { masters, home } = topology;
    const options = testOptions({ ...topology.given, ...given });
    const { prefix } = new Keyspace(options.indexPrefix, options.hashTag);
    const empty = async (): Promise<void> =>
      void (await Promise.all(masters.map((redis) => redis.flushall())));
    // Another program's data beside ours: nothing of it may be taken for clients.
    await home.set(`${prefix}x:client:1`, "another program's");
    if (seed !== undefined) await load(home, seededKeyspace(prefix, seed));
    return { options, snapshot: () => snapshot(masters), destroy: empty, dispose: empty };
  };
  const module = new URL("../../src/plugin.ts", import.meta.url);
  conformance({ describe, test, plugin, fresh, module, database });
}

async function snapshot(masters: readonly Redis[]): Promise<object> {
  return Object.assign({}, ...(await Promise.all(masters.map(dump)))) as object;
}
