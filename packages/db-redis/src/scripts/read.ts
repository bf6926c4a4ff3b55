import { either, integer, isSome, listOf, nothing, startsWith, text, textOrNothing } from "../reply-shape.ts";
import type { Shape } from "../reply-shape.ts";
import { readScript } from "../script.ts";

/**
 * Records by name, with what is known of their revocation and of the store, all of one moment. KEYS: meta,
 * revoked, records...;
 * ARGV: the ids of those records.
 * Answers: the store's id or "", the texts, 1 for each that is revoked.
 */
export const READ = readScript(
  `
local texts, revoked = {}, {}
for i, id in ipairs(ARGV) do
  local text = redis.pcall('GET', KEYS[i + 2])
  texts[i] = (type(text) == 'table') and '' or text
  revoked[i] = redis.call('SISMEMBER', KEYS[2], id)
end
return {redis.call('HGET', KEYS[1], 'store_id') or '', texts, revoked}
`,
  startsWith(text, listOf(textOrNothing), listOf(integer)),
);

/** Of each set: a flat list, how many where they are too many, or nothing; but the first one is never passed over. */
const FOUND: Shape = (reply) =>
  listOf(either(nothing, integer, listOf(text, text, integer)))(reply) && startsWith(isSome)(reply);

/**
 * Records through the sets of an index: one round trip, as long as they are few. The sets name the records, so
 * these keys cannot be given; in a cluster all of them are in the slot of the hash tag. Where a key set leads
 * nowhere, the copy in api_key_records may still name the client: only for whose record to look at, since a copy
 * admits nobody.
 * KEYS: meta, revoked, api_key_records, sets...;
 * ARGV: what the key of a record begins with, how many records one script may look at, and for key sets the
 * access key of each.
 * Answers: the store's id or "", and for each set a flat list of id, text, 1 where revoked; the number of its
 * members where they are too many for one script; nothing where the sets before it have left no room.
 */
export const FIND = readScript(
  `
local found = {}
local most = tonumber(ARGV[2])
local left = most
for i = 4, #KEYS do
  local entries = {}
  local function add(id)
    local text = redis.pcall('GET', ARGV[1] .. id)
    -- Of another type: a record that nobody can read. Anything else, a cluster that is just moving it: no answer.
    if type(text) == 'table' and not string.find(text.err, 'WRONGTYPE', 1, true) then error(text.err) end
    if text then
      entries[#entries + 1] = id
      entries[#entries + 1] = (type(text) == 'table') and '' or text
      entries[#entries + 1] = redis.call('SISMEMBER', KEYS[2], id)
    end
  end
  local size = redis.call('SCARD', KEYS[i])
  if size > most then
    found[i - 3] = size
  elseif size > left then
    found[i - 3] = false
  else
    left = left - size
    for _, id in ipairs(redis.call('SMEMBERS', KEYS[i])) do add(id) end
    if #entries == 0 and ARGV[i - 1] then
      local copy = redis.pcall('HGET', KEYS[3], ARGV[i - 1])
      local id = type(copy) == 'string' and string.match(copy, '"client_id":%s*(%d+)')
      if id then add(id) end
    end
    found[i - 3] = entries
  end
end
return {redis.call('HGET', KEYS[1], 'store_id') or '', found}
`,
  startsWith(text, FOUND),
);
