import { outcome } from "../reply-shape.ts";
import { writeScript } from "../script.ts";
import { CLASHES, GUARD } from "./guard.ts";

/**
 * KEYS: the guard's two, revoked, api_key_records, record, idx, unique sets..., sets to leave..., sets to
 * join....
 * ARGV: the guard's four, 5 what a record's key begins with, 6 id, 7 the text as it was read, 8 the new text,
 * 9 the access key, 10 the name, 11 1 for a tombstone, 12 the old access key, 13, 14, 15 the numbers of those
 * sets; then id and text of records that clash not.
 * Where the record is another by now, it answers as READ does what it is: whoever has lost a race has a head start in
 * the next one.
 */
export const CHANGE = writeScript(
  `${GUARD}${CLASHES}
local id, dead = ARGV[6], ARGV[11] == '1'
local now, revoked = redis.call('GET', KEYS[5]), redis.call('SISMEMBER', KEYS[3], id)
if not now then return {'changed'} end
if now ~= ARGV[7] or (revoked == 1 and not dead) then return {'changed', id, now, revoked} end
local unique, leave, join = tonumber(ARGV[13]), tonumber(ARGV[14]), tonumber(ARGV[15])
local found, seen = {'clash'}, seen_from(16, #ARGV)
for i = 7, 6 + unique do add_clashes(found, i - 7, KEYS[i], id, ARGV[5], KEYS[3], seen) end
if #found > 1 then return found end

-- A revocation goes through whatever is wrong with the rest: over keys of another type, and without memory
-- left, since a script that has removed something may write. Any other change finds such a key before
-- anything is written, and begins with a write that needs memory, so that it is refused as a whole.
local call = redis.call
if dead then
  call = redis.pcall
  call('HDEL', KEYS[4], ARGV[12])
  redis.call('SET', KEYS[5], ARGV[8])
  redis.call('SADD', KEYS[3], id)
else
  call('HLEN', KEYS[4])
  call('HLEN', KEYS[6])
  for i = 7 + unique, #KEYS do call('SCARD', KEYS[i]) end
  call('SET', KEYS[5], ARGV[8])
  -- In this order: a hash without a field is none, and while a cluster moves the clients none is made anew here.
  call('HSET', KEYS[4], ARGV[9], ARGV[8])
  if ARGV[12] ~= ARGV[9] then call('HDEL', KEYS[4], ARGV[12]) end
end
for i = 7 + unique, 6 + unique + leave do call('SREM', KEYS[i], id) end
for i = 7 + unique + leave, 6 + unique + leave + join do call('SADD', KEYS[i], id) end
call('HSET', KEYS[6], 'name', ARGV[10], 'api_key', ARGV[9])
return {'ok', mark_store()}
`,
  outcome,
);

/**
 * KEYS: the guard's two, revoked, api_key_records, then of each record: record, touch marker.
 * ARGV: the guard's four, then of each record: id, the text as it was read, the new text, the access key.
 * Answers the ids whose record was another by then. The marker tells a feed that this was a touch alone.
 */
export const TOUCH = writeScript(
  `${GUARD}
local again = {'ok'}
local k = 5
for at = 5, #ARGV, 4 do
  local id, key = ARGV[at], ARGV[at + 3]
  if redis.call('GET', KEYS[k]) ~= ARGV[at + 1] then
    again[#again + 1] = id
  elseif redis.call('SISMEMBER', KEYS[3], id) == 0 then
    redis.call('SET', KEYS[k], ARGV[at + 2])
    if redis.call('HEXISTS', KEYS[4], key) == 1 then redis.call('HSET', KEYS[4], key, ARGV[at + 2]) end
    redis.call('SET', KEYS[k + 1], '')
    redis.call('DEL', KEYS[k + 1])
  end
  k = k + 2
end
return again
`,
  outcome,
);
