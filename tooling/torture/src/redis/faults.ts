/** What can happen to a Redis under running nodes, and to what is between. Each is over when it is answered. */
import { mkdirSync, rmdirSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { NetProxy } from "../../../test-support/src/net-proxy.ts";
import { tell, until } from "../../../redis/src/main.ts";
import type { RedisServer } from "../../../redis/src/main.ts";

export interface Scene {
  readonly server: RedisServer;
  readonly replica: RedisServer;
  readonly proxy: NetProxy;
  /** How long it lasts, where that is for us to say. */
  readonly ms: number;
}

export const REDIS_FAULTS = {
  "connections killed": async ({ server }: Scene): Promise<void> => {
    await tell(server, "CLIENT KILL TYPE normal");
    await tell(server, "CLIENT KILL TYPE pubsub");
  },
  "server stopped": async ({ server, ms }: Scene): Promise<void> => {
    server.pause();
    await delay(ms);
    server.resume();
  },
  "scripts flushed": async ({ server }: Scene): Promise<void> => void (await tell(server, "SCRIPT FLUSH")),
  "slow network": async ({ proxy, ms }: Scene): Promise<void> => {
    proxy.delay(20);
    await delay(ms);
    proxy.delay(0);
  },
  "silent network": async ({ proxy, ms }: Scene): Promise<void> => {
    proxy.silence();
    await delay(ms);
    proxy.resume();
  },
  "connections cut": async ({ proxy }: Scene): Promise<void> => proxy.cut(),
  "replies cut in the middle": async ({ proxy, ms }: Scene): Promise<void> => {
    proxy.cutMidReply();
    await delay(ms);
    proxy.alter();
  },
  "memory full": async ({ server, ms }: Scene): Promise<void> => {
    await tell(server, "CONFIG SET maxmemory 1");
    await delay(ms);
    await tell(server, "CONFIG SET maxmemory 0");
  },
  "snapshots failing": async ({ server, ms }: Scene): Promise<void> => {
    const inTheWay = join(server.folder, "dump.rdb");
    mkdirSync(inTheWay);
    await tell(server, 'CONFIG SET save "3600 1"');
    await snapshot(server, "err");
    await delay(ms);
    rmdirSync(inTheWay);
    await snapshot(server, "ok");
    await tell(server, 'CONFIG SET save ""');
  },
  "full resync": async ({ server, replica }: Scene): Promise<void> => {
    await tell(replica, "REPLICAOF NO ONE");
    await tell(replica, "FLUSHALL");
    await tell(replica, `REPLICAOF ${server.host} ${server.port}`);
    await until(replica, "INFO replication", /master_link_status:up/);
  },
} as const satisfies Record<string, (scene: Scene) => Promise<void>>;

export type RedisFault = keyof typeof REDIS_FAULTS;

async function snapshot(server: RedisServer, status: "ok" | "err"): Promise<void> {
  // One that is made for a replica is in the way.
  await until(server, "INFO persistence", /rdb_bgsave_in_progress:0/);
  await tell(server, "BGSAVE SCHEDULE");
  await until(
    server,
    "INFO persistence",
    new RegExp(`rdb_bgsave_in_progress:0[^]*rdb_last_bgsave_status:${status}`),
  );
}
