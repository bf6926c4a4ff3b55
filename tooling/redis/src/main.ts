export { ensureRedisServer } from "./ensure.ts";
export { startRedis } from "./server.ts";
export type { RedisConfig, RedisServer } from "./server.ts";
