import type { RedisServer } from "../../redis/src/main.ts";

export interface BackendUnderTest {
  readonly name: string;
  /** What it needs beside db-core. */
  readonly drivers: readonly string[];
  /** Its block of the config. */
  options(redis: RedisServer): object;
}

export const BACKENDS: readonly BackendUnderTest[] = [
  { name: "@hivemind/db-json", drivers: [], options: () => ({}) },
  { name: "@hivemind/db-sqlite", drivers: ["better-sqlite3"], options: () => ({}) },
  { name: "@hivemind/db-redis", drivers: ["ioredis"], options: ({ port }) => ({ port }) },
];

/** What must not be in the tree of somebody who chose this backend. */
export function foreignTo(chosen: BackendUnderTest): readonly string[] {
  const others = BACKENDS.filter((backend) => backend !== chosen);
  return [...others.flatMap(({ name, drivers }) => [name, ...drivers]), "better-sqlite3-multiple-ciphers"];
}
