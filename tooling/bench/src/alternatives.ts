/** What a user would pick instead of ours, of each backend. */
import type { Alternative } from "./contender.ts";
import { jsonPlain } from "./json.ts";
import { redisKeyv } from "./redis.ts";
import type { Backend } from "./result.ts";
import { sqliteKeyv } from "./sqlite.ts";

const OPEN = { json: jsonPlain, sqlite: sqliteKeyv, redis: redisKeyv } as const;

/** `at`: a file, or the URL of a server. What was set there before is there. */
export function openAlternative(backend: Backend, at: string): Alternative {
  return OPEN[backend](at);
}
