import { listOf, outcome, text } from "../reply-shape.ts";
import { readScript, writeScript } from "../script.ts";
import { GUARD } from "./guard.ts";

/** KEYS: revoked. ARGV: ids. Answers which of them are not in it. */
export const UNKEPT = readScript(
  `
local unkept = {}
for _, id in ipairs(ARGV) do
  if redis.call('SISMEMBER', KEYS[1], id) == 0 then unkept[#unkept + 1] = id end
end
return unkept
`,
  listOf(text),
);

/**
 * Records the revocation of tombstones that others have made. The index entry is written with it, as it has to
 * be, so that a feed is told whom it is about. KEYS: the guard's two, revoked, then of each: record, idx.
 * ARGV: the guard's four, then of each: id, the tombstone as it was read.
 */
export const KEEP = writeScript(
  `${GUARD}
local kept = false
local k = 4
for at = 5, #ARGV, 2 do
  if redis.call('GET', KEYS[k]) == ARGV[at + 1] then
    redis.call('SADD', KEYS[3], ARGV[at])
    redis.pcall('HSET', KEYS[k + 1], 'name', '', 'api_key', 'revoked')
    kept = true
  end
  k = k + 2
end
if kept then mark_store() end
return {'ok', redis.call('HGET', KEYS[1], 'store_id') or ''}
`,
  outcome,
);
