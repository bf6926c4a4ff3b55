import KeyvRedis from "@keyv/redis";
import { Redis } from "ioredis";
import { Keyv } from "keyv";
import { recordOf } from "./clients.ts";
import type { Alternative, Contender } from "./contender.ts";

/** One round trip: the records that a key set leads to. */
const FIND = `local found = {}
for i = 1, #KEYS do
  for _, id in ipairs(redis.call('SMEMBERS', KEYS[i])) do
    found[#found + 1] = id
    found[#found + 1] = redis.call('GET', ARGV[1] .. id)
    found[#found + 1] = redis.call('SISMEMBER', 'client:revoked', id)
  end
end
return {redis.call('HGET', 'client:meta', 'store_id') or '', found}`;

/** All that a client is in the keyspace, in one step. */
const ADD = `if redis.call('EXISTS', KEYS[1]) == 1 then return 0 end
redis.call('SET', KEYS[1], ARGV[2])
redis.call('SADD', KEYS[2], ARGV[1])
redis.call('SADD', KEYS[3], ARGV[1])
redis.call('HSET', KEYS[4], ARGV[3], ARGV[2])
redis.call('HSET', KEYS[5], 'name', ARGV[4], 'api_key', ARGV[3])
return redis.call('INCR', KEYS[6])`;

/** `port`: the server of ours; what is written goes under a prefix of its own. */
export async function redisFloor(port: number): Promise<Contender> {
  const redis = new Redis({ port, lazyConnect: true });
  await redis.connect();
  redis.defineCommand("floorFind", { lua: FIND });
  redis.defineCommand("floorAdd", { lua: ADD, numberOfKeys: 6 });
  const commands = redis as unknown as Record<
    "floorFind" | "floorAdd",
    (...args: readonly (string | number)[]) => Promise<unknown>
  >;
  const find = async (keys: readonly string[]): Promise<unknown> => {
    const sets = keys.map((key) => `client:api_key:${key}`);
    const [, found] = (await commands.floorFind(sets.length, ...sets, "client:client:")) as [
      string,
      string[],
    ];
    return found.flatMap((text, i) => (i % 3 === 1 ? [JSON.parse(text) as unknown] : []));
  };
  const add = (id: number): Promise<unknown> => {
    const record = recordOf(id);
    const [key, name] = [String(record["api_key"]), String(record["name"])];
    return commands.floorAdd(
      `floor:client:${id}`,
      `floor:name:${name}`,
      `floor:api_key:${key}`,
      "floor:api_key_records",
      `floor:idx:${id}`,
      "floor:count",
      id,
      JSON.stringify(record),
      key,
      name,
    );
  };
  const write = async (id: number, field: string, value: unknown): Promise<unknown> => {
    const text = await redis.get(`floor:client:${id}`);
    const record = { ...(JSON.parse(text ?? "{}") as object), [field]: value };
    return redis.set(`floor:client:${id}`, JSON.stringify(record));
  };
  // Redis tells by itself: what is left is to look at the clock.
  const heard = performance.now();
  return {
    proveFresh: () => performance.now() - heard < Number.POSITIVE_INFINITY,
    cold: (key) => find([key]),
    coldMany: find,
    add,
    addMany: (ids) => Promise.all(ids.map(add)),
    update: (id) => write(id, "description", `changed ${Math.random()}`),
    touch: (id) => write(id, "last_seen", Date.now() / 1000),
    bulk: async (from, count) => {
      for (let start = from; start < from + count; start += 1000) {
        await Promise.all(
          Array.from({ length: Math.min(1000, from + count - start) }, (_, i) => add(start + i)),
        );
      }
    },
    list: async () => {
      const records: unknown[] = [];
      let cursor = "0";
      do {
        const [next, keys] = await redis.scan(cursor, "MATCH", "client:client:*", "COUNT", 1000);
        cursor = next;
        if (keys.length > 0)
          for (const text of await redis.mget(keys)) records.push(JSON.parse(text ?? "null"));
      } while (cursor !== "0");
      return records;
    },
    open: async () => {
      const opened = new Redis({ port, lazyConnect: true });
      await opened.connect();
      opened.disconnect();
    },
    close: () => redis.disconnect(),
  };
}

export function redisKeyv(port: number): Alternative {
  const store = new KeyvRedis(`redis://127.0.0.1:${port}`);
  const keyv = new Keyv({ store });
  return {
    get: (key) => keyv.get(key),
    set: (key, value) => keyv.set(key, value),
    close: () => keyv.disconnect(),
  };
}
