import { randomBytes } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { freePort } from "./free-port.ts";
import { startRedisAt, SYNC_BY_FILE } from "./server.ts";
import type { RedisConfig, RedisServer } from "./server.ts";

export interface ClusterNode extends Place {
  readonly server: RedisServer;
}

export interface RedisCluster {
  /** The slots are divided evenly among them, in this order, as long as nobody moves any. */
  readonly masters: readonly ClusterNode[];
  /** The first is of the first master, and so on. */
  readonly replicas: readonly ClusterNode[];
  readonly nodes: readonly ClusterNode[];
  stop(): Promise<void>;
}

interface Place {
  /** As the cluster names it. */
  readonly id: string;
  readonly port: number;
  readonly busPort: number;
  readonly masterId: string | undefined;
  readonly slots: string;
}

const SLOTS = 16_384;
const ATTEMPTS = 5;

/**
 * Masters, each with as many replicas. The nodes read from a file who the others are, so nobody has to be
 * introduced; a new master takes writes 2 s after its start, and that is what this takes.
 */
export async function startCluster(
  { masters = 3, replicas = 1 }: { readonly masters?: number; readonly replicas?: number } = {},
  config: RedisConfig = {},
): Promise<RedisCluster> {
  for (let attempt = 1; ; attempt += 1) {
    const places = await plan(masters, replicas);
    const started = await Promise.all(places.map((place) => startNode(place, places, config)));
    const nodes = started.flatMap((node) => node ?? []);
    const stop = async (): Promise<void> => {
      await Promise.all(nodes.map(({ server }) => server.stop()));
    };
    if (nodes.length === places.length) {
      await Promise.all(nodes.map(isReady));
      return { masters: nodes.slice(0, masters), replicas: nodes.slice(masters), nodes, stop };
    }
    await stop();
    if (attempt === ATTEMPTS) throw new Error("the nodes of a cluster did not start");
  }
}

async function plan(masters: number, replicas: number): Promise<readonly Place[]> {
  const count = masters * (1 + replicas);
  const ports = new Set<number>();
  while (ports.size < 2 * count) ports.add(await freePort());
  const free = [...ports];
  const ids = free.map(() => randomBytes(20).toString("hex"));
  return Array.from({ length: count }, (_, i) => {
    const [first, next] = [i, i + 1].map((part) => Math.floor((part * SLOTS) / masters)) as [number, number];
    return {
      id: ids[i] ?? "",
      port: free[2 * i] ?? 0,
      busPort: free[2 * i + 1] ?? 0,
      masterId: i < masters ? undefined : ids[i % masters],
      slots: i < masters ? `${first}-${next - 1}` : "",
    };
  });
}

async function startNode(
  own: Place,
  all: readonly Place[],
  config: RedisConfig,
): Promise<ClusterNode | undefined> {
  const settings = {
    "cluster-enabled": "yes",
    "cluster-node-timeout": "1000",
    ...SYNC_BY_FILE,
    "cluster-port": String(own.busPort),
    ...config,
  };
  const server = await startRedisAt(own.port, settings, (folder) =>
    writeFileSync(join(folder, "nodes.conf"), nodesFile(own, all)),
  );
  return server === undefined ? undefined : { ...own, server };
}

/** It takes commands, and a replica has what its master has. */
async function isReady({ server, masterId }: ClusterNode): Promise<void> {
  await server.printed(/Cluster state changed: ok/);
  if (masterId !== undefined) await server.printed(/sync: Finished with success/);
}

/** As a node keeps it, `CLUSTER NODES` and the epochs. */
function nodesFile(own: Place, all: readonly Place[]): string {
  const lines = all.map((place, i) => {
    const role = place.masterId === undefined ? "master" : "slave";
    const flags = place === own ? `myself,${role}` : role;
    const epoch = place.masterId === undefined ? i + 1 : 0;
    const { id, port, busPort, masterId, slots } = place;
    return `${id} 127.0.0.1:${port}@${busPort} ${flags} ${masterId ?? "-"} 0 0 ${epoch} connected ${slots}`.trim();
  });
  return `${lines.join("\n")}\nvars currentEpoch ${all.length} lastVoteEpoch 0\n`;
}
