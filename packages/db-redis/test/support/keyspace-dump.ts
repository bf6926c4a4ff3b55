/** Everything in a database, and putting it there: in the form of the fixtures. */
import type { Redis } from "ioredis";

export type Dump = Readonly<Record<string, DumpedKey>>;

export type DumpedKey =
  | { readonly type: "string"; readonly value: string }
  | { readonly type: "set"; readonly value: readonly string[] }
  | { readonly type: "hash"; readonly value: Readonly<Record<string, string>> }
  /** No key of a store has this type: put there by a test of what is damaged. */
  | { readonly type: "list"; readonly value: readonly string[] };

export async function dump(redis: Redis): Promise<Dump> {
  const keys = (await redis.keys("*")).toSorted();
  return Object.fromEntries(
    await Promise.all(keys.map(async (key) => [key, await dumpKey(redis, key)] as const)),
  );
}

async function dumpKey(redis: Redis, key: string): Promise<DumpedKey> {
  const type = await redis.type(key);
  switch (type) {
    case "string":
      return { type, value: String(await redis.get(key)) };
    case "set":
      return { type, value: (await redis.smembers(key)).toSorted() };
    case "hash":
      return { type, value: await redis.hgetall(key) };
    case "list":
      return { type, value: await redis.lrange(key, 0, -1) };
    default:
      throw new Error(`a key of the type ${type} has no place in a store`);
  }
}

export async function load(redis: Redis, all: Dump): Promise<void> {
  const pipeline = redis.pipeline();
  for (const [key, { type, value }] of Object.entries(all)) {
    if (type === "string") pipeline.set(key, value);
    else if (type === "set") pipeline.sadd(key, ...value);
    else if (type === "list") pipeline.rpush(key, ...value);
    else pipeline.hset(key, value);
  }
  await pipeline.exec();
}
