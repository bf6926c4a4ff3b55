import { integer, listOf, outcome, text } from "../reply-shape.ts";
import { readScript, writeScript } from "../script.ts";
import { GUARD } from "./guard.ts";

/**
 * KEYS: the guard's two, the hash of the scope.
 * ARGV: the guard's four, key, 1 if it was there, text as it was read, 1 if it is to be there, the new text.
 */
export const CHANGE_STATE = writeScript(
  `${GUARD}
local now = redis.call('HGET', KEYS[3], ARGV[5])
if (now and '1' or '0') ~= ARGV[6] or (now or '') ~= ARGV[7] then return {'changed'} end
if ARGV[8] == '1' then
  redis.call('HSET', KEYS[3], ARGV[5], ARGV[9])
else
  redis.call('HDEL', KEYS[3], ARGV[5])
end
return {'ok', mark_store()}
`,
  outcome,
);

/**
 * Whom a migration concerns, before it does anything to them. KEYS: the guard's two, then two sets. ARGV: the
 * guard's four, the number of ids for the first set, ids.
 */
export const NOTE_MIGRATED = writeScript(
  `${GUARD}
for i = 6, #ARGV do redis.call('SADD', KEYS[i <= 5 + tonumber(ARGV[5]) and 3 or 4], ARGV[i]) end
return {'ok', mark_store()}
`,
  outcome,
);

/** KEYS: what a migration has noted. */
export const FORGET_MIGRATED = writeScript(`return redis.call('DEL', KEYS[1], KEYS[2])`, integer);

/**
 * Is this still what is stored? Something is written all the same, in a key that means nothing, so that a WAIT
 * behind it is about all that was written before. KEYS: the guard's two, that key, a text or a hash. ARGV: the
 * guard's four, 5 1 for a hash, 6 its field, 7 1 if it is there, 8 the text.
 */
export const CONFIRM = writeScript(
  `${GUARD}
local now
if ARGV[5] == '1' then now = redis.call('HGET', KEYS[4], ARGV[6]) else now = redis.call('GET', KEYS[4]) end
if (now and '1' or '') ~= ARGV[7] or (now or '') ~= ARGV[8] then return {'changed'} end
redis.call('SET', KEYS[3], '', 'EX', 60)
return {'ok'}
`,
  outcome,
);

/** KEYS: the guard's two. ARGV: the guard's four, and the schema_version that all records have by now. */
export const MARK_SCHEMA = writeScript(
  `${GUARD}
redis.call('SET', KEYS[2], ARGV[5])
return {'ok', mark_store()}
`,
  outcome,
);

/**
 * May this user do all that the scripts do? A command that is refused amid a script leaves half of a write,
 * so this is asked before the first one. Before 7.0 the server cannot tell. KEYS: any of the store. Answers
 * what is refused.
 */
export const REFUSED_COMMANDS = readScript(
  `
if not redis.acl_check_cmd then return {} end
local refused = {}
for _, call in ipairs({
  {'GET'}, {'SET', ''}, {'DEL'}, {'EXISTS'}, {'HGET', ''}, {'HSET', '', ''}, {'HDEL', ''}, {'HEXISTS', ''}, {'HLEN'},
  {'HMGET', ''}, {'SADD', ''}, {'SREM', ''}, {'SMEMBERS'}, {'SISMEMBER', ''}, {'SCARD'},
}) do
  if not redis.acl_check_cmd(call[1], KEYS[1], unpack(call, 2)) then refused[#refused + 1] = call[1] end
end
return refused
`,
  listOf(text),
);
