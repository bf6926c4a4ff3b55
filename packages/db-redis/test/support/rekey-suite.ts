/** What a rekey that is killed again and again is tried on: one server of its own. */
import type { Suite } from "@hivemind/db-core/conformance";
import { afterAll, beforeAll, describe, test } from "vitest";
import plugin from "../../src/plugin.ts";
import type { RedisOptions } from "../../src/plugin.ts";
import { testOptions } from "./options.ts";
import { oneServer } from "./topologies.ts";
import type { Topology } from "./topologies.ts";

export function rekeySuite(): Suite<RedisOptions> {
  let topology: Topology;
  beforeAll(async () => {
    topology = await oneServer(0);
  }, 60_000);
  afterAll(async () => topology.stop());

  const fresh: Suite<RedisOptions>["fresh"] = async () => ({
    options: testOptions(topology.given),
    snapshot: () => topology.home.dbsize(),
    dispose: async () => void (await topology.home.flushall()),
  });
  return { describe, test, plugin, fresh, module: new URL("../../src/plugin.ts", import.meta.url) };
}
