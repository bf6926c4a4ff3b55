import { text } from "../reply-shape.ts";
import { writeScript } from "../script.ts";

/** Every step of a conversion: is it still under way, and from there? */
const UNDER_WAY = `
if redis.call('HGET', KEYS[1], 'from') ~= ARGV[1] then return 'ended' end
`;

/**
 * KEYS: the conversion, schema_version, then what a store has. ARGV: from where, the version that keeps every
 * other program out. Answers 'taken' where there is a store already.
 */
export const BEGIN = writeScript(
  `
local from = redis.call('HGET', KEYS[1], 'from')
if from then return from == ARGV[1] and 'ok' or 'taken' end
for i = 2, #KEYS do
  if redis.call('EXISTS', KEYS[i]) == 1 then return 'taken' end
end
redis.call('SET', KEYS[2], ARGV[2])
redis.call('HSET', KEYS[1], 'from', ARGV[1])
return 'ok'
`,
  text,
);

/**
 * One record, over what an earlier run has copied. KEYS: the conversion, record, idx, api_key_records, revoked,
 * sets to leave..., sets to join.... ARGV: from where, 2 id, 3 the text as it was read or "", 4 the new text, 5 what
 * it is ('living', 'dead', 'unreadable'), 6 access key, 7 name, 8 the access key before or "", 9 the number of sets
 * to leave, 10 1 where it is revoked.
 */
export const COPY = writeScript(
  `${UNDER_WAY}
local call, id = redis.call, ARGV[2]
if (call('GET', KEYS[2]) or '') ~= ARGV[3] then return 'changed' end
call('SET', KEYS[2], ARGV[4])
if ARGV[10] == '1' then call('SADD', KEYS[5], id) end
if ARGV[8] ~= '' then call('HDEL', KEYS[4], ARGV[8]) end
local leave = tonumber(ARGV[9])
for i = 6, 5 + leave do call('SREM', KEYS[i], id) end
for i = 6 + leave, #KEYS do call('SADD', KEYS[i], id) end
if ARGV[5] ~= 'unreadable' then call('HSET', KEYS[3], 'name', ARGV[7], 'api_key', ARGV[6]) end
if ARGV[5] == 'living' then call('HSET', KEYS[4], ARGV[6], ARGV[4]) end
return 'ok'
`,
  text,
);

/** KEYS: the conversion, a set. ARGV: from where, members. */
export const COPY_MEMBERS = writeScript(
  `${UNDER_WAY}
for i = 2, #ARGV do redis.call('SADD', KEYS[2], ARGV[i]) end
return 'ok'
`,
  text,
);

/** KEYS: the conversion, a hash. ARGV: from where, fields and values. */
export const COPY_HASH = writeScript(
  `${UNDER_WAY}
redis.call('DEL', KEYS[2])
for i = 2, #ARGV, 2 do redis.call('HSET', KEYS[2], ARGV[i], ARGV[i + 1]) end
return 'ok'
`,
  text,
);

/**
 * From now on it is a store. KEYS: the conversion, meta, schema_version, count, id_seq. ARGV: from where, the
 * store's id, schema_version or "", number of records, highest id.
 */
export const FINISH = writeScript(
  `${UNDER_WAY}
local call = redis.call
call('SET', KEYS[4], ARGV[4])
call('SET', KEYS[5], ARGV[5])
call('HSET', KEYS[2], 'store_id', ARGV[2], 'layout', '1', 'top', ARGV[5], 'count', ARGV[4], 'converted_from', ARGV[1])
if ARGV[3] == '' then call('DEL', KEYS[3]) else call('SET', KEYS[3], ARGV[3]) end
call('DEL', KEYS[1])
return 'ok'
`,
  text,
);
