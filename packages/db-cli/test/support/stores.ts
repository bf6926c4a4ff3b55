/** The three backends by the names of Python hubs, with options that give each store a place of its own. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Hub } from "./hub.ts";

export const MODULES = {
  json: "hivemind-json-db-plugin",
  sqlite: "hivemind-sqlite-db-plugin",
  redis: "hivemind-redis-db-plugin",
} as const;

export type BackendName = keyof typeof MODULES;

/** All ordered pairs of backends. */
export const ORDERED_PAIRS = [
  ["json", "sqlite"],
  ["json", "redis"],
  ["sqlite", "json"],
  ["sqlite", "redis"],
  ["redis", "json"],
  ["redis", "sqlite"],
] as const satisfies readonly (readonly [BackendName, BackendName])[];

/** Writes a config for this backend beside the hub's own; `place` tells stores apart. Answers its path. */
export function configFor(hub: Hub, backend: BackendName, place: string, redisPort: number): string {
  const path = join(hub.configFile, "..", `${backend}-${place}.json`);
  const blocks = {
    [MODULES.json]: { name: place },
    [MODULES.sqlite]: { name: place },
    [MODULES.redis]: { port: redisPort, index_prefix: place },
  };
  writeFileSync(path, JSON.stringify({ database: { module: MODULES[backend], ...blocks } }));
  return path;
}
