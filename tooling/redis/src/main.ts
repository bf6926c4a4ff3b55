export { startCluster } from "./cluster.ts";
export type { ClusterNode, RedisCluster } from "./cluster.ts";
export { ensureRedisServer } from "./ensure.ts";
export { startSentinelGroup } from "./sentinel.ts";
export type { SentinelGroup, SentinelGroupOptions } from "./sentinel.ts";
export { startRedis } from "./server.ts";
export type { RedisConfig, RedisServer } from "./server.ts";
export { startTlsRedis } from "./tls.ts";
export type { TlsRedis } from "./tls.ts";
