/**
 * What every write begins with. Nothing has been written where one of these answers is returned: `missing`
 * (the store is not the one that was seen) and `schema` (it is of another schema by now). KEYS[1] meta,
 * KEYS[2] schema_version; ARGV[1] the store's id as it was seen, or ""; ARGV[2] an id for a store that has
 * none; ARGV[3] the schema_version as it was seen, or ""; ARGV[4] the one to give to a store that is new, or
 * "".
 */
export const GUARD = `
local CREATING = '__hivemind_creating__'
local store_id = redis.call('HGET', KEYS[1], 'store_id')
if ARGV[1] ~= '' and store_id ~= ARGV[1] then return {'missing'} end
local schema = redis.call('GET', KEYS[2]) or ''
if schema ~= ARGV[3] then return {'schema', schema} end
local function mark_store()
  if not store_id then redis.call('HSET', KEYS[1], 'store_id', ARGV[2], 'layout', '1') end
  if schema == '' and ARGV[4] ~= '' then redis.call('SET', KEYS[2], ARGV[4]) end
  return store_id or ARGV[2]
end
`;

/**
 * Who else has one of the unique values? The sets say where to look, and the records decide; whether a record
 * does hold the value is for us to say, not for cjson, so what has been looked at and does not is let pass.
 */
export const CLASHES = `
local function seen_from(first, last)
  local seen = {}
  for i = first, last, 2 do seen[ARGV[i]] = ARGV[i + 1] end
  return seen
end
local function add_clashes(found, n, set, own, client, revoked_key, seen)
  for _, id in ipairs(redis.call('SMEMBERS', set)) do
    if id ~= own then
      local text = redis.call('GET', client .. id)
      if text and text ~= CREATING and seen[id] ~= text and redis.call('SISMEMBER', revoked_key, id) == 0 then
        found[#found + 1] = n
        found[#found + 1] = id
        found[#found + 1] = text
      end
    end
  end
end
`;
