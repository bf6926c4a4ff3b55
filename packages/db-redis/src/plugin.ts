/** `@hivemind/db-redis`: clients in Redis or Valkey, in the keyspace of Python hubs. */
import { API_VERSION } from "@hivemind/db-core/backend";
import type { BackendPlugin } from "@hivemind/db-core/backend";
import { convertStore } from "./convert/convert.ts";
import { openStore } from "./open-store.ts";
import { redisOptions } from "./options.ts";
import type { RedisOptions } from "./options.ts";

const plugin: BackendPlugin<RedisOptions> = {
  apiVersion: API_VERSION,
  name: "@hivemind/db-redis",
  capabilities: { encryption: false, multiNode: true, durability: true, backup: false },
  options: redisOptions,
  secretOptions: ["password", "url", "sentinel_password", "sentinelPassword"],
  open: openStore,
  convert: convertStore,
};

export default plugin;
export type { RedisOptions };
