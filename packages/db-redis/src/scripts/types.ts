import { integer, listOf, textOrNothing } from "../reply-shape.ts";
import { readScript, writeScript } from "../script.ts";

/** A command for each type that a key of the store can have: it is refused by a key of another one. */
const IS_FOREIGN = `
local PROBE = {string = 'GET', hash = 'HLEN', set = 'SCARD'}
local function is_foreign(key, kind)
  local reply = redis.pcall(PROBE[kind], key)
  return type(reply) == 'table' and reply.err ~= nil
end
`;

/** KEYS: keys. ARGV: the type that each has to have. Answers 1 for each that has another one. */
export const FOREIGN = readScript(
  `${IS_FOREIGN}
local foreign = {}
for i, key in ipairs(KEYS) do foreign[i] = is_foreign(key, ARGV[i]) and 1 or 0 end
return foreign
`,
  listOf(integer),
);

/**
 * KEYS: a key, where to keep what is there. ARGV: the type it has to have, then what takes its place: members of
 * a set, fields and values of a hash, a text.
 */
export const SET_ASIDE = writeScript(
  `${IS_FOREIGN}
local kind = ARGV[1]
if not is_foreign(KEYS[1], kind) or redis.call('RENAMENX', KEYS[1], KEYS[2]) == 0 then return 0 end
if kind == 'string' and ARGV[2] then redis.call('SET', KEYS[1], ARGV[2]) end
for i = 2, #ARGV do
  if kind == 'set' then redis.call('SADD', KEYS[1], ARGV[i]) end
  if kind == 'hash' and i % 2 == 1 then redis.call('HSET', KEYS[1], ARGV[i - 1], ARGV[i]) end
end
return 1
`,
  integer,
);

/** KEYS: records. Answers their texts: "" for a key of another type. */
export const TEXTS = readScript(
  `
local texts = {}
for i, key in ipairs(KEYS) do
  local text = redis.pcall('GET', key)
  texts[i] = (type(text) == 'table') and '' or text
end
return texts
`,
  listOf(textOrNothing),
);
