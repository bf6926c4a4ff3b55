import { outcome } from "../reply-shape.ts";
import { writeScript } from "../script.ts";
import { CLASHES, GUARD } from "./guard.ts";

/**
 * KEYS: meta, schema_version, count, id_seq, revoked, api_key_records, token, unique sets..., then of each
 * record: record, idx, name set, key set, fingerprint sets....
 * ARGV: the guard's four, 5 what a record's key begins with, 6 the highest id by a scan or "", 7 the count
 * when that scan began, 8 the number of records by it, 9 the highest id that the new ones were made for or
 * "", 10 the number of unique sets, 11 the number of records, 12 the ids joined, 13 trust the scan whatever
 * the count, then of each record id, text, access key, name, 1 for a tombstone, number of fingerprints; then
 * id and text of records that clash not.
 */
export const INSERT = writeScript(
  `${GUARD}${CLASHES}
local made = redis.call('GET', KEYS[7])
if made then
  -- A write, so that a WAIT behind it is about what was made then.
  redis.call('SET', KEYS[7], made, 'EX', 3600)
  return {'made', made}
end
local unique, records = tonumber(ARGV[10]), tonumber(ARGV[11])

-- The highest id. What other programs add changes the count. Where that does not add up, it is looked for.
local function decimal(n) return string.format('%.0f', n) end
local function taken(n)
  local id = decimal(n)
  return redis.call('EXISTS', ARGV[5] .. id) == 1 or redis.call('SISMEMBER', KEYS[5], id) == 1
end
local count = redis.call('GET', KEYS[3]) or ''
local top = tonumber(redis.call('HGET', KEYS[1], 'top') or '')
local total = tonumber(count)
local is_scanned = ARGV[6] ~= '' and (ARGV[7] == count or ARGV[13] == '1')
if is_scanned then
  top = math.max(top or 0, tonumber(ARGV[6]))
  if ARGV[7] == count then total = tonumber(ARGV[8]) end
end
if not total and is_scanned then total = tonumber(ARGV[8]) end
if not top or not total then return {'scan', count} end
local above = 0
while taken(top + 1) do
  top = top + 1
  above = above + 1
  -- What a hub has imported is looked through outside of a script, which holds up everybody else.
  if above > 1000 then return {'scan', count} end
end
if not is_scanned then
  local known = tonumber(redis.call('HGET', KEYS[1], 'count') or '')
  if not known or total - known ~= above then return {'scan', count} end
end
if ARGV[9] ~= '' and tonumber(ARGV[9]) ~= top then return {'ids', decimal(top)} end

local at = 14
for _ = 1, records do
  if taken(tonumber(ARGV[at])) then return {'taken', ARGV[at], count} end
  at = at + 6
end
local found = clashes(8, 7 + unique, nil, ARGV[5], KEYS[5], at)
if #found > 1 then return found end

-- A key of another type is found now, when nothing has been written. From then on nothing can be refused but
-- the first write, for want of memory or by a read-only server.
local k = 8 + unique
at = 14
redis.call('HLEN', KEYS[6])
for _ = 1, records do
  redis.call('HLEN', KEYS[k + 1])
  redis.call('SCARD', KEYS[k + 2])
  redis.call('SCARD', KEYS[k + 3])
  k = k + 4 + tonumber(ARGV[at + 5])
  at = at + 6
end
k = 8 + unique
at = 14
for _ = 1, records do
  local id, text, key, name, dead, fingerprints =
    ARGV[at], ARGV[at + 1], ARGV[at + 2], ARGV[at + 3], ARGV[at + 4] == '1', tonumber(ARGV[at + 5])
  redis.call('SET', KEYS[k], text)
  redis.call('HSET', KEYS[k + 1], 'name', name, 'api_key', key)
  redis.call('SADD', KEYS[k + 3], id)
  if dead then
    redis.call('SADD', KEYS[5], id)
  else
    redis.call('SADD', KEYS[k + 2], id)
    redis.call('HSET', KEYS[6], key, text)
    for f = 1, fingerprints do redis.call('SADD', KEYS[k + 3 + f], id) end
  end
  if tonumber(id) > top then top = tonumber(id) end
  k = k + 4 + fingerprints
  at = at + 6
end
total = decimal(total + records)
redis.call('SET', KEYS[3], total)
redis.call('SET', KEYS[4], decimal(top))
redis.call('HSET', KEYS[1], 'top', decimal(top), 'count', total)
redis.call('SET', KEYS[7], ARGV[12], 'EX', 3600)
return {'ok', mark_store()}
`,
  outcome,
);
