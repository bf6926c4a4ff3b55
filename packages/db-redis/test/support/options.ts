import { redisOptions } from "../../src/options.ts";
import type { RedisOptions } from "../../src/plugin.ts";

/** The options of a config block, as a node parses them. */
export function testOptions(given: Readonly<Record<string, unknown>>): RedisOptions {
  return redisOptions.parse({ retry_delay: 0.02, ...given });
}
