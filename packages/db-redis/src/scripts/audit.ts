import { either, integer, listOf, nothing, startsWith, text, textOrNothing } from "../reply-shape.ts";
import { readScript, writeScript } from "../script.ts";

/**
 * Each record with all that is derived from it, of one moment. KEYS: revoked, api_key_records, then of each
 * record: record, idx, sets....
 * ARGV: of each record: id, access key, number of sets. Answers of each: text, 1 if revoked, what the hash
 * has, name and access key of idx, number of sets without the id.
 */
export const AUDIT_RECORDS = readScript(
  `
local answers = {}
local k, at = 3, 1
while at <= #ARGV do
  local id, sets = ARGV[at], tonumber(ARGV[at + 2])
  local missing = 0
  for i = k + 2, k + 1 + sets do
    -- A key of another type is not 1 either.
    if redis.pcall('SISMEMBER', KEYS[i], id) ~= 1 then missing = missing + 1 end
  end
  local idx = redis.pcall('HMGET', KEYS[k + 1], 'name', 'api_key')
  answers[#answers + 1] = {
    redis.call('GET', KEYS[k]), redis.call('SISMEMBER', KEYS[1], id),
    redis.call('HGET', KEYS[2], ARGV[at + 1]), idx[1] or false, idx[2] or false, missing,
  }
  k = k + 2 + sets
  at = at + 3
end
return answers
`,
  listOf(startsWith(textOrNothing, integer, textOrNothing, textOrNothing, textOrNothing, integer)),
);

/**
 * KEYS: sets.
 * ARGV: what a record's key begins with. Answers of each: a flat list of member and record, or nothing.
 */
export const AUDIT_SETS = readScript(
  `
local answers = {}
for i, key in ipairs(KEYS) do
  local members = redis.pcall('SMEMBERS', key)
  -- A record of another type is one that cannot be read.
  local function get(id)
    local text = redis.pcall('GET', ARGV[1] .. id)
    return type(text) == 'table' and '' or text
  end
  if members.err then
    answers[i] = false
  else
    local entries = {}
    for _, id in ipairs(members) do
      entries[#entries + 1] = id
      entries[#entries + 1] = get(id)
    end
    answers[i] = entries
  end
end
return answers
`,
  listOf(either(nothing, listOf(text, textOrNothing))),
);

/** KEYS: api_key_records, records.... ARGV: fields. Answers of each: what the hash has, and the record. */
export const AUDIT_KEY_RECORDS = readScript(
  `
local answers = {}
for i, field in ipairs(ARGV) do
  local text = redis.pcall('GET', KEYS[i + 1])
  answers[i] = {redis.call('HGET', KEYS[1], field), type(text) == 'table' and '' or text}
end
return answers
`,
  listOf(startsWith(textOrNothing, textOrNothing)),
);

/** KEYS: set, record. ARGV: member, 1 if there is a record, its text as it was read. */
export const DROP_MEMBER = writeScript(
  `
local now = redis.call('GET', KEYS[2])
if (now and '1' or '0') ~= ARGV[2] or (now or '') ~= ARGV[3] then return 0 end
redis.call('SREM', KEYS[1], ARGV[1])
return 1
`,
  integer,
);

/** KEYS: api_key_records, record. ARGV: field, its value as it was read, 1 if there is a record, its text. */
export const DROP_KEY_RECORD = writeScript(
  `
local now = redis.call('GET', KEYS[2])
if redis.call('HGET', KEYS[1], ARGV[1]) ~= ARGV[2] then return 0 end
if (now and '1' or '0') ~= ARGV[3] or (now or '') ~= ARGV[4] then return 0 end
redis.call('HDEL', KEYS[1], ARGV[1])
return 1
`,
  integer,
);

/** KEYS: idx, record. An idx without a record. */
export const DROP_INDEX = writeScript(
  `
if redis.call('EXISTS', KEYS[2]) == 1 then return 0 end
redis.call('DEL', KEYS[1])
return 1
`,
  integer,
);

/** KEYS: count, id_seq, meta. ARGV: the count as it was read, the right one, the highest id. */
export const SET_COUNTERS = writeScript(
  `
if (redis.call('GET', KEYS[1]) or '') ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[2])
redis.call('SET', KEYS[2], ARGV[3])
if redis.call('HEXISTS', KEYS[3], 'top') == 1 then redis.call('HSET', KEYS[3], 'count', ARGV[2]) end
return 1
`,
  integer,
);
