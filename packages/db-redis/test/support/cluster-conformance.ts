/** The conformance suite on a cluster of its own: three masters, three replicas. */
import { conformance } from "@hivemind/db-core/conformance";
import type { FreshStore, Seed } from "@hivemind/db-core/conformance";
import { startCluster } from "../../../../tooling/redis/src/main.ts";
import type { RedisCluster } from "../../../../tooling/redis/src/main.ts";
import type { Redis } from "ioredis";
import { afterAll, beforeAll, describe, test } from "vitest";
import { Keyspace } from "../../src/keyspace.ts";
import plugin from "../../src/plugin.ts";
import type { RedisOptions } from "../../src/plugin.ts";
import { slotOf } from "../../src/slot.ts";
import { dump, load } from "./keyspace-dump.ts";
import { testOptions } from "./options.ts";
import { seededKeyspace } from "./seeded.ts";
import { client } from "./test-server.ts";

/** Runs every test of the contract with these options; each has the whole cluster to itself. */
export function clusterConformance(given: Readonly<Record<string, unknown>>): void {
  const prefix = new Keyspace("client", "clients").prefix;
  let cluster: RedisCluster;
  let admins: readonly Redis[];
  beforeAll(async () => {
    cluster = await startCluster();
    admins = cluster.masters.map(({ port }) => client(port));
  }, 30_000);
  afterAll(async () => {
    for (const admin of admins) admin.disconnect();
    await cluster.stop();
  });

  const fresh = async (seed?: Seed): Promise<FreshStore<RedisOptions>> => {
    const nodes = cluster.masters.map(({ port }) => ({ host: "127.0.0.1", port }));
    const owner = admins[Math.floor((slotOf(prefix) * admins.length) / 16_384)] as Redis;
    const empty = async (): Promise<void> =>
      void (await Promise.all(admins.map((admin) => admin.flushall())));
    // Another program's data beside ours: nothing of it may be taken for clients.
    await owner.set(`${prefix}x:client:1`, "another program's");
    if (seed !== undefined) await load(owner, seededKeyspace(prefix, seed));
    return {
      options: testOptions({ cluster_nodes: nodes, ...given }),
      snapshot: async () => Object.assign({}, ...(await Promise.all(admins.map(dump)))) as object,
      destroy: empty,
      dispose: empty,
    };
  };
  const module = new URL("../../src/plugin.ts", import.meta.url);
  conformance({ describe, test, plugin, fresh, module });
}
