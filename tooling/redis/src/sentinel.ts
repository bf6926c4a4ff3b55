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
  /** Of the primary and its replicas; where it is for TLS, the Sentinels have it too. */
  readonly config?: RedisConfig;
  /** By which all of them know each other; absent: 127.0.0.1. */
  readonly host?: string;
  /** Further lines of each Sentinel's file. */
  readonly sentinelLines?: readonly string[];
}

const MASTER_NAME = "hive";
const SENTINELS = 3;
const ATTEMPTS = 5;

/** A primary, its replicas, and three Sentinels that know each other from the start. */
export async function startSentinelGroup(options: SentinelGroupOptions = {}): Promise<SentinelGroup> {
  const { host = "127.0.0.1" } = options;
  const announced = host === "127.0.0.1" ? {} : { "replica-announce-ip": host };
  const config = { "repl-diskless-sync-delay": "0", ...announced, ...options.config };
  const primary = await startRedis(config);
  const replicas = await Promise.all(
    Array.from({ length: options.replicas ?? 1 }, () =>
      startRedis({ ...config, replicaof: `${host} ${primary.port}` }),
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
  const { host = "127.0.0.1" } = options;
  for (let attempt = 1; ; attempt += 1) {
    const ports = new Set<number>();
    while (ports.size < SENTINELS) ports.add(await freePort());
    const places = [...ports].map((port) => ({ port, id: randomBytes(20).toString("hex") }));
    const started = await Promise.all(
      places.map((own) => {
        const others = places.filter(({ port }) => port !== own.port);
        const lines = [
          ...portLines(own.port, options),
          "bind 127.0.0.1",
          ...(host === "127.0.0.1" ? [] : HOST_NAMES),
          `sentinel myid ${own.id}`,
          `sentinel monitor ${MASTER_NAME} ${host} ${primary.port} 2`,
          `sentinel down-after-milliseconds ${MASTER_NAME} ${options.downAfterMs ?? 500}`,
          `sentinel failover-timeout ${MASTER_NAME} 3000`,
          ...replicas.map(({ port }) => `sentinel known-replica ${MASTER_NAME} ${host} ${port}`),
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

const HOST_NAMES = ["sentinel resolve-hostnames yes", "sentinel announce-hostnames yes"];

function portLines(port: number, { config = {} }: SentinelGroupOptions): readonly string[] {
  const tls = Object.entries(config).filter(([name]) => name.startsWith("tls-"));
  if (tls.length === 0) return [`port ${port}`];
  return ["port 0", `tls-port ${port}`, ...tls.map(([name, value]) => `${name} ${value}`)];
}
