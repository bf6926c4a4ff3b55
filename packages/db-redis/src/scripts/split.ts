import { outcome } from "../reply-shape.ts";
import { writeScript } from "../script.ts";

/*
 * Each of one key, and sent to wherever that is. All of them write also where there is nothing to
 * do, so that a WAIT behind them is about what was done before.
 */

/** KEYS: a record. ARGV: the text as it was read, the new one, 1 for a tombstone, which is written without memory too. */
export const SET_RECORD = writeScript(
  `
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return {'changed'} end
-- It removes nothing here, and is a command that only removes: behind one, a script may write without memory left.
if ARGV[3] == '1' then redis.pcall('HDEL', KEYS[1], '') end
redis.call('SET', KEYS[1], ARGV[2])
return {'ok'}
`,
  outcome,
);

/**
 * KEYS: a hash. ARGV: a field, and its value as it was read, where only that one is to go. Also without memory left, and
 * in a key of another type there is no field: it holds up no revocation.
 */
export const DROP_FIELD = writeScript(
  `
if ARGV[2] and redis.call('HGET', KEYS[1], ARGV[1]) ~= ARGV[2] then return {'changed'} end
local dropped = redis.pcall('HDEL', KEYS[1], ARGV[1])
if type(dropped) == 'table' then
  if string.find(dropped.err, 'WRONGTYPE', 1, true) then return {'ok'} end
  -- Refused for another reason, as which it is to reach the caller.
  redis.call('HDEL', KEYS[1], ARGV[1])
end
if dropped == 0 then
  redis.call('HSET', KEYS[1], ARGV[1], '')
  redis.call('HDEL', KEYS[1], ARGV[1])
end
return {'ok'}
`,
  outcome,
);

/** KEYS: a set. ARGV: a member. Also without memory left, as above. */
export const ADD_MEMBER = writeScript(
  `
redis.call('SREM', KEYS[1], '')
if redis.call('SADD', KEYS[1], ARGV[1]) == 0 then
  -- Without emptying it: a set without a member is none, and while a cluster moves it none is made anew here.
  redis.call('SADD', KEYS[1], '')
  redis.call('SREM', KEYS[1], '')
end
return {'ok'}
`,
  outcome,
);

/** KEYS: a set. ARGV: a member. */
export const DROP_MEMBER = writeScript(`redis.call('SREM', KEYS[1], ARGV[1]) return {'ok'}`, outcome);

/** KEYS: an idx. ARGV: name, access key. Also without memory left, as above. */
export const SET_INDEX = writeScript(
  `
redis.call('HDEL', KEYS[1], '')
redis.call('HSET', KEYS[1], 'name', ARGV[1], 'api_key', ARGV[2])
return {'ok'}
`,
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
