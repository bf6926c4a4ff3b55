import { randomBytes } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { freePort } from "./free-port.ts";
import { SENTINEL_FILE, startRedis, startRedisAt, SYNC_BY_FILE } from "./server.ts";
import type { RedisConfig, RedisServer } from "./server.ts";
import { tell } from "./tell.ts";
import { until } from "./until.ts";

export interface SentinelGroup {
  readonly masterName: string;
  readonly primary: RedisServer;
  readonly replicas: readonly RedisServer[];
  readonly sentinels: readonly RedisServer[];
  /**
   * Starts a server that was killed again, with nothing, as the replica of the one that is the master now. It may not
   * become the master itself before it has everything: a Sentinel that misses the master for a moment chooses it, and
   * all others then become as empty as it is. Without TLS only, as with `settled`.
   */
  rejoin(server: RedisServer, master: RedisServer): Promise<void>;
  /**
   * Until all Sentinels agree on who is the master, and know its replica well enough to fail over to it. Answers who is
   * who: on a busy machine they can have changed once more. Of a group with one replica.
   */
  settled(): Promise<Pair>;
  stop(): Promise<void>;
}

export interface Pair {
  readonly master: RedisServer;
  readonly replica: RedisServer;
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
const INFO_MS = 200;
const AGAIN_MS = 20;
const LONGEST_MS = 30_000;

/** A primary, its replicas, and three Sentinels that know each other from the start. */
export async function startSentinelGroup(options: SentinelGroupOptions = {}): Promise<SentinelGroup> {
  const { host = "127.0.0.1" } = options;
  const announced = host === "127.0.0.1" ? {} : { "replica-announce-ip": host };
  const config = { ...SYNC_BY_FILE, ...announced, ...options.config };
  const primary = await startRedis(config);
  const replicas = await Promise.all(
    Array.from({ length: options.replicas ?? 1 }, () =>
      startRedis({ ...config, replicaof: `${host} ${primary.port}` }),
    ),
  );
  await Promise.all(replicas.map((replica) => replica.printed(/sync: Finished with success/)));
  // The primary counts one as in reach only when it has heard of that.
  await Promise.all(
    replicas.map(({ port }) =>
      primary.printed(new RegExp(`Synchronization with replica \\S*:${port} succeeded`)),
    ),
  );
  const sentinels = await startSentinels(primary, replicas, options);
  return {
    masterName: MASTER_NAME,
    primary,
    replicas,
    sentinels,
    rejoin: async (server, master) => {
      await server.start({ ...config, replicaof: `${host} ${master.port}`, "replica-priority": "0" });
      await until(server, "INFO replication", /role:slave[^]*master_link_status:up/);
      await tell(server, "CONFIG SET replica-priority 100");
    },
    settled: () => settled(sentinels, [primary, ...replicas]),
    // The Sentinels first: nobody has to be failed over any more.
    stop: async () => {
      for (const group of [sentinels, replicas, [primary]])
        await Promise.all(group.map((server) => server.stop()));
    },
  };
}

async function settled(sentinels: readonly RedisServer[], servers: readonly RedisServer[]): Promise<Pair> {
  // Else they ask every 10 s. Only since Redis 7.
  for (const sentinel of sentinels)
    await tell(sentinel, `SENTINEL DEBUG INFO-PERIOD ${INFO_MS}`).catch(() => undefined);
  const deadline = performance.now() + LONGEST_MS;
  for (;;) {
    const said = await Promise.all(
      sentinels.map((sentinel) => tell(sentinel, `SENTINEL REPLICAS ${MASTER_NAME}`).catch(String)),
    );
    const ports = new Set(said.map(readyReplica));
    const [port] = ports;
    const replica = servers.find((server) => server.port === port);
    const master = servers.find((server) => server !== replica);
    if (ports.size === 1 && replica !== undefined && master !== undefined) return { master, replica };
    if (performance.now() > deadline) throw new Error(`the Sentinels do not agree: ${said.join(", ")}`);
    await delay(AGAIN_MS);
  }
}

/** The port of a replica that can be made the master; `undefined` where the one that is there cannot. */
function readyReplica(said: string): number | undefined {
  const texts = said.split("\r\n").filter((line) => !/^[$*]\d/.test(line));
  const fields = new Map<string, string>();
  for (let i = 0; i + 1 < texts.length; i += 2) fields.set(texts[i] ?? "", texts[i + 1] ?? "");
  const isReady =
    fields.get("flags") === "slave" &&
    fields.get("master-link-status") === "ok" &&
    fields.get("slave-priority") === "100";
  return isReady ? Number(fields.get("port")) : undefined;
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
