/**
 * What a Python hub of schema 2 sends, command for command, as COMPAT.md has it: none of it is ours to
 * change.
 */
import type { Redis } from "ioredis";

export interface PythonClient {
  readonly client_id: number;
  readonly api_key: string;
  readonly name: string;
  readonly [field: string]: unknown;
}

/** Sets last_seen forward inside Redis, with cjson. */
const LAST_SEEN = `
local text = redis.call('GET', KEYS[1])
if not text then return 0 end
local record = cjson.decode(text)
if record.api_key ~= ARGV[1] then return 0 end
if record.last_seen and record.last_seen >= tonumber(ARGV[2]) then return 0 end
record.last_seen = tonumber(ARGV[2])
redis.call('SET', KEYS[1], cjson.encode(record))
return 1
`;

export class PythonHub {
  readonly #redis: Redis;
  readonly #prefix: string;

  constructor(redis: Redis, prefix = "client") {
    this.#redis = redis;
    this.#prefix = prefix;
  }

  /** With the id that a hub takes: the number of records plus one. */
  async add(fields: { readonly api_key: string; readonly name: string }): Promise<PythonClient> {
    const id = Number((await this.#redis.get(this.#key("count"))) ?? 0) + 1;
    return this.addWithId({ ...BLANK, ...fields, client_id: id });
  }

  async addWithId(client: PythonClient): Promise<PythonClient> {
    const { client_id: id, name, api_key: key } = client;
    const text = python(client);
    if (
      (await this.#redis.set(this.#key(`client:${id}`), "__hivemind_creating__", "EX", 30, "NX")) === null
    ) {
      return this.write(client);
    }
    await this.#redis
      .multi()
      .set(this.#key(`client:${id}`), text)
      .sadd(this.#key(`name:${name}`), id)
      .sadd(this.#key(`api_key:${key}`), id)
      .hset(this.#key("api_key_records"), key, text)
      .hset(this.#key(`idx:${id}`), "name", name, "api_key", key)
      .incr(this.#key("count"))
      .exec();
    return client;
  }

  /** As a hub reads it, to change it and to write it back some time. */
  async read(id: number): Promise<PythonClient> {
    return JSON.parse(String(await this.#redis.get(this.#key(`client:${id}`)))) as PythonClient;
  }

  /** The whole record, from whatever copy the hub has. No WATCH. */
  async write(client: PythonClient): Promise<PythonClient> {
    const { client_id: id, name, api_key: key } = client;
    const old = await this.read(id);
    const text = python(client);
    const multi = this.#redis.multi().set(this.#key(`client:${id}`), text);
    if (old.name !== name) multi.srem(this.#key(`name:${old.name}`), id).sadd(this.#key(`name:${name}`), id);
    if (old.api_key !== key) {
      multi.srem(this.#key(`api_key:${old.api_key}`), id).sadd(this.#key(`api_key:${key}`), id);
      multi.hdel(this.#key("api_key_records"), old.api_key);
    }
    multi.hset(this.#key("api_key_records"), key, text);
    await multi.hset(this.#key(`idx:${id}`), "name", name, "api_key", key).exec();
    return client;
  }

  async revoke(id: number): Promise<void> {
    const old = await this.read(id);
    const dead = { ...old, api_key: "revoked", name: "", password: null, crypto_key: null };
    await this.#redis
      .multi()
      .set(this.#key(`client:${id}`), python(dead))
      .srem(this.#key(`name:${old.name}`), id)
      .srem(this.#key(`api_key:${old.api_key}`), id)
      .sadd(this.#key("api_key:revoked"), id)
      .hdel(this.#key("api_key_records"), old.api_key)
      .hset(this.#key(`idx:${id}`), "name", "", "api_key", "revoked")
      .exec();
  }

  /** The connect path: whom a hub would let in with this key. */
  async admit(key: string): Promise<PythonClient | undefined> {
    const cached = await this.#redis.hget(this.#key("api_key_records"), key);
    if (cached !== null) return JSON.parse(cached) as PythonClient;
    const ids = await this.#redis.smembers(this.#key(`api_key:${key}`));
    const texts = ids.length === 0 ? [] : await this.#redis.mget(ids.map((id) => this.#key(`client:${id}`)));
    const found = texts.flatMap((text) => (text === null ? [] : [JSON.parse(text) as PythonClient]));
    const client = found.find(({ api_key: own }) => own === key);
    if (client !== undefined) await this.#redis.hset(this.#key("api_key_records"), key, python(client));
    return client;
  }

  async seen(id: number, key: string, seconds: number): Promise<void> {
    await this.#redis.eval(LAST_SEEN, 1, this.#key(`client:${id}`), key, seconds);
    await this.#redis.hdel(this.#key("api_key_records"), key);
  }

  /** Rebuilds everything derived from the records, by patterns. */
  async sync(): Promise<void> {
    const records = await this.#redis.keys(this.#key("client:*"));
    for (const pattern of ["name:*", "api_key:*", "idx:*"]) {
      const keys = await this.#redis.keys(this.#key(pattern));
      if (keys.length > 0) await this.#redis.del(keys);
    }
    await this.#redis.del(this.#key("api_key_records"));
    const ids = records.map((key) => Number(key.slice(this.#key("client:").length)));
    await this.#redis.set(this.#key("count"), records.length);
    await this.#redis.set(this.#key("id_seq"), Math.max(0, ...ids));
    for (const id of ids) {
      const { name, api_key: key } = await this.read(id);
      await this.#redis.sadd(this.#key(`name:${name}`), id);
      await this.#redis.sadd(this.#key(`api_key:${key}`), id);
    }
  }

  #key(rest: string): string {
    return `${this.#prefix}:${rest}`;
  }
}

const BLANK = {
  description: "",
  is_admin: false,
  last_seen: -1,
  allowed_types: ["recognizer_loop:utterance"],
  crypto_key: null,
  password: null,
  can_broadcast: true,
  can_escalate: true,
  can_propagate: true,
  metadata: {},
};

/** As Python's json writes: a space behind colons and commas. */
function python(client: PythonClient): string {
  return JSON.stringify(client).replaceAll(/("(?:[^"\\]|\\.)*")|([:,])/g, (all, text: string | undefined) =>
    text === undefined ? `${all} ` : text,
  );
}
