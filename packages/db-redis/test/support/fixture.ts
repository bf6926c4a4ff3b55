import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Dump } from "./keyspace-dump.ts";

/** A keyspace that Python hubs wrote. */
export function fixture(
  name: "v1/redis-keyspace" | "v2/redis-keyspace" | "synthetic/redis-tagged-damaged",
): Dump {
  const path = fileURLToPath(new URL(`../../../../tooling/fixtures/${name}.json`, import.meta.url));
  return JSON.parse(readFileSync(path, "utf8")) as Dump;
}
