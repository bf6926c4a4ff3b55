import { either, integer, isSome, listOf, nothing, startsWith, text } from "../reply-shape.ts";
import type { Shape } from "../reply-shape.ts";
import { readScript } from "../script.ts";

/** Of one record its id, its text and 1 where it is revoked. Nothing where there is none. */
const TELL = `
local call, pcall = redis.call, redis.pcall
local function tell(told, id, key)
  local text = pcall('GET', key)
  if not text then return end
  if type(text) == 'table' then
    -- Of another type: a record that nobody can read. Anything else, a cluster that is just moving it: no answer.
    if not string.find(text.err, 'WRONGTYPE', 1, true) then error(text.err) end
    text = ''
  end
  local n = #told
  told[n + 1] = id
  told[n + 2] = text
  told[n + 3] = call('SISMEMBER', KEYS[2], id)
end
`;

/**
 * Records by name, with what is known of their revocation and of the store, all of one moment. KEYS: meta,
 * revoked, records...;
 * ARGV: the ids of those records.
 * Answers: the store's id or "", and a flat list of id, text, 1 where revoked.
 */
export const READ = readScript(
  `${TELL}
local told = {}
for i, id in ipairs(ARGV) do tell(told, id, KEYS[i + 2]) end
return {call('HGET', KEYS[1], 'store_id') or '', told}
`,
  startsWith(text, listOf(text, text, integer)),
);

/** Records that one script looks at: it holds up everybody else meanwhile. */
export const RECORDS_AT_ONCE = 500;

/** Of each set: a flat list, how many where they are too many, or nothing; but the first one is never passed over. */
const FOUND: Shape = (reply) =>
  listOf(either(nothing, integer, listOf(text, text, integer)))(reply) && startsWith(isSome)(reply);

/**
 * Records through the sets of an index: one round trip, as long as they are few. The sets name the records, so
 * these keys cannot be given; in a cluster all of them are in the slot of the hash tag. Where a key set leads
 * nowhere, the copy in api_key_records may still name the client: only for whose record to look at, since a copy
 * admits nobody.
 * KEYS: meta, revoked, api_key_records, sets...;
 * ARGV: what the key of a record begins with, and for key sets the access key of each.
 * Answers: the store's id or "", and for each set a flat list of id, text, 1 where revoked; the number of its
 * members where they are too many for one script; nothing where the sets before it have left no room.
 */
export const FIND = readScript(
  `${TELL}
local client = ARGV[1]
local found = {}
local left = ${RECORDS_AT_ONCE}
for i = 4, #KEYS do
  local size = call('SCARD', KEYS[i])
  if size > ${RECORDS_AT_ONCE} then
    found[i - 3] = size
  elseif size > left then
    found[i - 3] = false
  else
    left = left - size
    local told = {}
    if size > 0 then
      for _, id in ipairs(call('SMEMBERS', KEYS[i])) do tell(told, id, client .. id) end
    end
    if #told == 0 and ARGV[i - 2] then
      local copy = pcall('HGET', KEYS[3], ARGV[i - 2])
      local id = type(copy) == 'string' and string.match(copy, '"client_id":%s*(%d+)')
      if id then tell(told, id, client .. id) end
    end
    found[i - 3] = told
  end
end
return {call('HGET', KEYS[1], 'store_id') or '', found}
`,
  startsWith(text, FOUND),
);
