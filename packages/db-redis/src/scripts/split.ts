import { outcome } from "../reply-shape.ts";
import { writeScript } from "../script.ts";

/*
 * Each of one key, and sent to wherever that is. All of them write also where there is nothing to
 * do, so that a WAIT behind them is about what was done before.
 */

/** KEYS: a record. ARGV: the text as it was read, the new one. */
export const SET_RECORD = writeScript(
  `
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return {'changed'} end
redis.call('SET', KEYS[1], ARGV[2])
return {'ok'}
`,
  outcome,
);

/** KEYS: a hash. ARGV: a field, and its value as it was read, where only that one is to go. */
export const DROP_FIELD = writeScript(
  `
if ARGV[2] and redis.call('HGET', KEYS[1], ARGV[1]) ~= ARGV[2] then return {'changed'} end
redis.call('HSET', KEYS[1], ARGV[1], '')
redis.call('HDEL', KEYS[1], ARGV[1])
return {'ok'}
`,
  outcome,
);

/** KEYS: a set. ARGV: a member. */
export const ADD_MEMBER = writeScript(
  `
redis.call('SREM', KEYS[1], ARGV[1])
redis.call('SADD', KEYS[1], ARGV[1])
return {'ok'}
`,
  outcome,
);

/** KEYS: a set. ARGV: a member. */
export const DROP_MEMBER = writeScript(`redis.call('SREM', KEYS[1], ARGV[1]) return {'ok'}`, outcome);

/** KEYS: an idx. ARGV: name, access key. */
export const SET_INDEX = writeScript(
  `redis.call('HSET', KEYS[1], 'name', ARGV[1], 'api_key', ARGV[2]) return {'ok'}`,
  outcome,
);

/** KEYS: a hash. ARGV: field, 1 if it was there, text as it was read, 1 if it is to be there, the new text. */
export const CHANGE_FIELD = writeScript(
  `
local now = redis.call('HGET', KEYS[1], ARGV[1])
if (now and '1' or '0') ~= ARGV[2] or (now or '') ~= ARGV[3] then return {'changed'} end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[5])
if ARGV[4] ~= '1' then redis.call('HDEL', KEYS[1], ARGV[1]) end
return {'ok'}
`,
  outcome,
);
