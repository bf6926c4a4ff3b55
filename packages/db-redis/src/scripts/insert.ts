import { outcome } from "../reply-shape.ts";
import { writeScript } from "../script.ts";
import { CLASHES, GUARD } from "./guard.ts";

/**
 * Inserts, one after the other, each of them all or none with an outcome of its own.
 *
 * KEYS: meta, schema_version, count, id_seq, revoked, api_key_records, then of each insert: token, then of each of
 * its records: record, idx, name set, key set, fingerprint sets....
 * ARGV: the guard's four, 5 what a record's key begins with, then of each insert: the number of its KEYS, the
 * number of its ARGV, the highest id by a scan or "", the count when that scan began, the number of records by
 * it, 1 to trust the scan whatever the count, the highest id that the new ones were made for or "", the ids
 * joined, the number of records; then of each record: id, text, access key, name, 1 for a tombstone, number of
 * fingerprints; then id and text of records that clash not.
 * Answers `done`, the store's id where something was written, and the outcomes.
 */
export const INSERT = writeScript(
  `${GUARD}${CLASHES}
local call = redis.call
local client, revoked_key, copies = ARGV[5], KEYS[5], KEYS[6]
local function decimal(n) return string.format('%.0f', n) end
local function is_taken(id)
  return call('EXISTS', client .. id) == 1 or call('SISMEMBER', revoked_key, id) == 1
end

call('HLEN', copies)
local count = call('GET', KEYS[3]) or ''
local kept = call('HMGET', KEYS[1], 'top', 'count')
local kept_top, kept_count = tonumber(kept[1] or ''), tonumber(kept[2] or '')
local has_written = false

local function insert(k, at)
  local token = KEYS[k]
  local made = call('GET', token)
  if made then
    -- A write, so that a WAIT behind it is about what was made then.
    call('SET', token, made, 'EX', 3600)
    return {'made', made}
  end

  -- The highest id. What other programs add changes the count. Where that does not add up, it is looked for.
  local scanned, count_before, counted, made_for = ARGV[at + 2], ARGV[at + 3], ARGV[at + 4], ARGV[at + 6]
  local top, total = kept_top, tonumber(count)
  local is_scanned = scanned ~= '' and (count_before == count or ARGV[at + 5] == '1')
  if is_scanned then
    top = math.max(top or 0, tonumber(scanned))
    if count_before == count or not total then total = tonumber(counted) end
  end
  if not top or not total then return {'scan', count} end
  local above = 0
  local free = decimal(top + 1)
  while is_taken(free) do
    top = top + 1
    above = above + 1
    free = decimal(top + 1)
    -- What a hub has imported is looked through outside of a script, which holds up everybody else.
    if above > 1000 then return {'scan', count} end
  end
  if not is_scanned and (not kept_count or total - kept_count ~= above) then return {'scan', count} end
  if made_for ~= '' and tonumber(made_for) ~= top then return {'ids', decimal(top)} end

  -- A key of another type is found now, when nothing of this insert has been written. From then on nothing can be
  -- refused but the first write of all, for want of memory or by a read-only server.
  local records = tonumber(ARGV[at + 8])
  local first_key, first = k + 1, at + 9
  local found, n, seen = {'clash'}, 0, seen_from(first + 6 * records, at + ARGV[at + 1] - 1)
  k, at = first_key, first
  for _ = 1, records do
    local id, dead, fingerprints = ARGV[at], ARGV[at + 4] == '1', tonumber(ARGV[at + 5])
    if id ~= free and is_taken(id) then return {'taken', id, count} end
    call('HLEN', KEYS[k + 1])
    call('SCARD', KEYS[k + 2])
    if dead then
      call('SCARD', KEYS[k + 3])
    else
      for set = k + 3, k + 3 + fingerprints do
        add_clashes(found, n, KEYS[set], nil, client, revoked_key, seen)
        n = n + 1
      end
    end
    k = k + 4 + fingerprints
    at = at + 6
  end
  if #found > 1 then return found end

  k, at = first_key, first
  for _ = 1, records do
    local id, text, key, dead, fingerprints =
      ARGV[at], ARGV[at + 1], ARGV[at + 2], ARGV[at + 4] == '1', tonumber(ARGV[at + 5])
    call('SET', KEYS[k], text)
    has_written = true
    call('HSET', KEYS[k + 1], 'name', ARGV[at + 3], 'api_key', key)
    call('SADD', KEYS[k + 3], id)
    if dead then
      call('SADD', revoked_key, id)
    else
      call('SADD', KEYS[k + 2], id)
      call('HSET', copies, key, text)
      for f = 1, fingerprints do call('SADD', KEYS[k + 3 + f], id) end
    end
    if tonumber(id) > top then top = tonumber(id) end
    k = k + 4 + fingerprints
    at = at + 6
  end
  kept_top, kept_count = top, total + records
  count = decimal(kept_count)
  call('SET', token, ARGV[first - 2], 'EX', 3600)
  return {'ok'}
end

local outcomes = {}
local k, at = 7, 6
while at <= #ARGV do
  local is_done, told = pcall(insert, k, at)
  if not is_done then
    -- As long as nothing is written, it is the answer to all; afterwards to this one, when it is asked alone. Some
    -- versions put before it where in the script it was.
    local why = type(told) == 'table' and told.err or told
    if not has_written then return redis.error_reply(string.match(why, '%u%u%u.*') or 'ERR ' .. why) end
    told = {'alone'}
  end
  outcomes[#outcomes + 1] = told
  k, at = k + ARGV[at], at + ARGV[at + 1]
end
if not has_written then return {'done', '', outcomes} end
local top = decimal(kept_top)
call('SET', KEYS[3], count)
call('SET', KEYS[4], top)
call('HSET', KEYS[1], 'top', top, 'count', count)
return {'done', mark_store(), outcomes}
`,
  outcome,
);
