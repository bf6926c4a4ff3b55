import { randomUUID } from "node:crypto";
import KeyvRedis from "@keyv/redis";
import { Redis } from "ioredis";
import { Keyv } from "keyv";
import { BATCH, entries, recordOf } from "./clients.ts";
import type { Alternative, Contender } from "./contender.ts";
import { valuesIn } from "./keyv.ts";

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

/**
 * All that some clients are in the keyspace, in one step, with what makes it safe: it is the store that was seen, and
 * of this schema; the ids are the next ones; the keys are free; nothing that comes later can be refused; a token
 * for whoever has to repeat it.
 */
const ADD = `if redis.call('GET', KEYS[7]) then return redis.error_reply('ERR made before') end
local meta = redis.call('HMGET', KEYS[1], 'store_id', 'top', 'count')
if meta[1] ~= ARGV[2] or redis.call('GET', KEYS[2]) ~= '2' then return redis.error_reply('ERR another store') end
local count, top = redis.call('GET', KEYS[3]), tonumber(meta[2])
if count ~= meta[3] then return redis.error_reply('ERR somebody else has added') end
redis.call('HLEN', KEYS[6])
local id = top
for k = 8, #KEYS, 2 do
  id = id + 1
  if redis.call('EXISTS', ARGV[1] .. 'client:' .. id) == 1 or redis.call('SISMEMBER', KEYS[5], id) == 1
    or redis.call('SCARD', KEYS[k + 1]) > 0 then return redis.error_reply('ERR taken') end
  redis.call('SCARD', KEYS[k])
  redis.call('HLEN', ARGV[1] .. 'idx:' .. id)
end
id = top
local at = 3
for k = 8, #KEYS, 2 do
  id = id + 1
  local text = '{"client_id":' .. id .. ARGV[at]
  redis.call('SET', ARGV[1] .. 'client:' .. id, text)
  redis.call('HSET', ARGV[1] .. 'idx:' .. id, 'name', ARGV[at + 2], 'api_key', ARGV[at + 1])
  redis.call('SADD', KEYS[k], id)
  redis.call('SADD', KEYS[k + 1], id)
  redis.call('HSET', KEYS[6], ARGV[at + 1], text)
  at = at + 3
end
redis.call('SET', KEYS[3], count + id - top)
redis.call('SET', KEYS[4], id)
redis.call('HSET', KEYS[1], 'top', id, 'count', count + id - top)
redis.call('SET', KEYS[7], (top + 1) .. '-' .. id, 'EX', 3600)
return id`;

/** Every call ends, whatever becomes of the server: as ours. */
const DRIVER = { protocol: 2, lazyConnect: true, commandTimeout: 5000, socketTimeout: 5000 } as const;
const SINGLE_KEYS = ["hivemind:meta", "schema_version", "count", "id_seq", "revoked", "api_key_records"];

/** `port`: the server of ours; what is written goes under a prefix of its own. */
export async function redisFloor(port: number): Promise<Contender> {
  const redis = new Redis({ ...DRIVER, port });
  await redis.connect();
  redis.defineCommand("floorFind", { lua: FIND });
  redis.defineCommand("floorAdd", { lua: ADD });
  const commands = redis as unknown as Record<
    "floorFind" | "floorAdd",
    (...args: readonly (string | number)[]) => Promise<unknown>
  >;
  const empty = async (): Promise<void> => {
    let cursor = "0";
    do {
      const [next, keys] = await redis.scan(cursor, "MATCH", "floor:*", "COUNT", 1000);
      cursor = next;
      if (keys.length > 0) await redis.unlink(keys);
    } while (cursor !== "0");
    await redis.hset("floor:hivemind:meta", { store_id: "floor", top: 0, count: 0 });
    await redis.mset({ "floor:schema_version": 2, "floor:count": 0 });
  };
  await empty();
  const tracking = [await tracked(port, "floor:")];
  const find = async (keys: readonly string[]): Promise<readonly unknown[]> => {
    const sets = keys.map((key) => `client:api_key:${key}`);
    const [, found] = (await commands.floorFind(sets.length, ...sets, "client:client:")) as [
      string,
      string[],
    ];
    return found.flatMap((text, i) => (i % 3 === 1 ? [JSON.parse(text) as unknown] : []));
  };
  const addTogether = (numbers: readonly number[]): Promise<unknown> => {
    const keys = [...SINGLE_KEYS, `hivemind:tokens:${randomUUID()}`].map((key) => `floor:${key}`);
    const args = ["floor:", "floor"];
    for (const number of numbers) {
      const { client_id: _, ...record } = recordOf(number);
      const [key, name] = [String(record["api_key"]), String(record["name"])];
      keys.push(`floor:name:${name}`, `floor:api_key:${key}`);
      args.push(`,${JSON.stringify(record).slice(1)}`, key, name);
    }
    return commands.floorAdd(keys.length, ...keys, ...args);
  };
  const add = (number: number): Promise<unknown> => addTogether([number]);
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
      for (let start = from; start < from + count; start += BATCH)
        await addTogether(Array.from({ length: Math.min(BATCH, from + count - start) }, (_, i) => start + i));
    },
    empty,
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
    admits: async () => {
      const feed = await tracked(port, "client:client:");
      tracking.push(feed);
      const changed = new Set<string>();
      feed.on("messageBuffer", (_, keys: Buffer[]) => {
        for (const key of keys) changed.add(key.toString());
      });
      // What has changed is looked at again.
      return async (key, id) => !changed.has(`client:client:${id}`) || (await find([key])).length > 0;
    },
    close: () => {
      redis.disconnect();
      for (const each of tracking) each.disconnect();
    },
  };
}

/** The server, of all that is there. */
export async function emptied(port: number): Promise<void> {
  const redis = new Redis({ ...DRIVER, port });
  await redis.connect();
  await redis.flushall();
  redis.disconnect();
}

/** Is told of every change under the prefix. */
async function tracked(port: number, prefix: string): Promise<Redis> {
  const redis = new Redis({ ...DRIVER, port });
  await redis.connect();
  const id = await redis.client("ID");
  await redis.client("TRACKING", "ON", "REDIRECT", id, "BCAST", "PREFIX", prefix);
  await redis.subscribe("__redis__:invalidate");
  return redis;
}

export function redisKeyv(url: string): Alternative {
  const keyv = new Keyv({ store: new KeyvRedis(url) });
  return {
    fill: async (clients) => {
      for (let start = 1; start <= clients; start += BATCH)
        await keyv.setMany([...entries(start, Math.min(BATCH, clients + 1 - start))]);
    },
    get: (key) => keyv.get(key),
    set: (key, value) => keyv.set(key, value),
    setMany: (set) => keyv.setMany([...set]),
    delete: (key) => keyv.delete(key),
    list: () => valuesIn(keyv),
    close: () => keyv.disconnect(),
  };
}
