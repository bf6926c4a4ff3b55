import { randomBytes } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { freePort } from "./free-port.ts";
import { SENTINEL_FILE, startRedis, startRedisAt } from "./server.ts";
import type { RedisConfig, RedisServer } from "./server.ts";

export interface SentinelGroup {
  readonly masterName: string;
  readonly primary: RedisServer;
  readonly replicas: readonly RedisServer[];
  readonly sentinels: readonly RedisServer[];
  stop(): Promise<void>;
}

export interface SentinelGroupOptions {
  readonly replicas?: number;
  /** How long a server is silent before it is taken for dead. */
  readonly downAfterMs?: number;
  /** Of the primary and its replicas. */
  readonly config?: RedisConfig;
  /** Further lines of each Sentinel's file. */
  readonly sentinelLines?: readonly string[];
}

const MASTER_NAME = "hive";
const SENTINELS = 3;
const ATTEMPTS = 5;

/** A primary, its replicas, and three Sentinels that know each other from the start. */
export async function startSentinelGroup(options: SentinelGroupOptions = {}): Promise<SentinelGroup> {
  const config = { "repl-diskless-sync-delay": "0", ...options.config };
  const primary = await startRedis(config);
  const replicas = await Promise.all(
    Array.from({ length: options.replicas ?? 1 }, () =>
      startRedis({ ...config, replicaof: `127.0.0.1 ${primary.port}` }),
    ),
  );
  await Promise.all(replicas.map((replica) => replica.printed(/sync: Finished with success/)));
  const sentinels = await startSentinels(primary, replicas, options);
  return {
    masterName: MASTER_NAME,
    primary,
    replicas,
    sentinels,
    // The Sentinels first: nobody has to be failed over any more.
    stop: async () => {
      for (const group of [sentinels, replicas, [primary]])
        await Promise.all(group.map((server) => server.stop()));
    },
  };
}

async function startSentinels(
  primary: RedisServer,
  replicas: readonly RedisServer[],
  options: SentinelGroupOptions,
): Promise<readonly RedisServer[]> {
  for (let attempt = 1; ; attempt += 1) {
    const ports = new Set<number>();
    while (ports.size < SENTINELS) ports.add(await freePort());
    const places = [...ports].map((port) => ({ port, id: randomBytes(20).toString("hex") }));
    const started = await Promise.all(
      places.map((own) => {
        const others = places.filter(({ port }) => port !== own.port);
        const lines = [
          `port ${own.port}`,
          "bind 127.0.0.1",
          `sentinel myid ${own.id}`,
          `sentinel monitor ${MASTER_NAME} 127.0.0.1 ${primary.port} 2`,
          `sentinel down-after-milliseconds ${MASTER_NAME} ${options.downAfterMs ?? 500}`,
          `sentinel failover-timeout ${MASTER_NAME} 3000`,
          ...replicas.map(({ port }) => `sentinel known-replica ${MASTER_NAME} 127.0.0.1 ${port}`),
          ...others.map(({ port, id }) => `sentinel known-sentinel ${MASTER_NAME} 127.0.0.1 ${port} ${id}`),
          ...(options.sentinelLines ?? []),
        ];
        return startRedisAt(own.port, {}, (folder) =>
          writeFileSync(join(folder, SENTINEL_FILE), `dir "${folder}"\n${lines.join("\n")}\n`),
        );
      }),
    );
    const sentinels = started.flatMap((server) => server ?? []);
    if (sentinels.length === SENTINELS) return sentinels;
    await Promise.all(sentinels.map((server) => server.stop()));
    if (attempt === ATTEMPTS) throw new Error("the Sentinels did not start");
  }
}
