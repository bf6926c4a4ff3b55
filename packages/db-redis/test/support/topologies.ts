/** Real servers of every kind, and the options to reach them. */
import { readFileSync } from "node:fs";
import { Redis } from "ioredis";
import {
  startCluster,
  startRedis,
  startSentinelGroup,
  startTlsRedis,
} from "../../../../tooling/redis/src/main.ts";
import type {
  ClusterNode,
  RedisCluster,
  SentinelGroup,
  SentinelGroupOptions,
  TlsRedis,
} from "../../../../tooling/redis/src/main.ts";
import { slotOf } from "../../src/slot.ts";
import { moveSlot } from "./move-slot.ts";
import type { End, Move } from "./move-slot.ts";
import { readmeUser } from "./readme.ts";
import { client } from "./test-server.ts";

export interface Topology {
  /** As an operator, to every server that keeps something of its own. */
  readonly masters: readonly Redis[];
  /** The one that has the clients. */
  readonly home: Redis;
  readonly given: Readonly<Record<string, unknown>>;
  stop(): Promise<void>;
}

const HOST = "127.0.0.1";
/** No word that an error could hold by chance. */
const PASSWORD = "Zeder-47-Fenster";
const SLOTS = 16_384;

export async function oneServer(db: number): Promise<Topology> {
  const server = await startRedis();
  const home = new Redis({ port: server.port, db, protocol: 2 });
  return topology([home], { port: server.port }, home, () => server.stop());
}

/** One that somebody else has started, at `host:port`. The tests empty it, so it must be empty. */
export async function serverToEmpty(address: string): Promise<Topology> {
  const [, host = "", port = ""] = /^(.+):(\d+)$/.exec(address) ?? [];
  const home = new Redis({ host, port: Number(port), protocol: 2, maxRetriesPerRequest: 3 });
  if ((await home.dbsize()) > 0) {
    home.disconnect();
    throw new Error(`the tests would empty the Redis at ${address}, and it holds keys`);
  }
  return topology([home], { host, port: Number(port) }, home, async () => undefined);
}

/** TLS on both sides, and a user with the rule in the README. */
export async function tlsAndAcl(): Promise<Topology> {
  const tls = await startTlsRedis({ user: readmeUser(PASSWORD).join(" ") });
  const home = tlsClient(tls);
  return topology([home], tlsOptions(tls), home, () => tls.stop());
}

function tlsOptions({ server, certificates }: TlsRedis): Readonly<Record<string, unknown>> {
  return {
    port: server.port,
    username: "hivemind",
    password: PASSWORD,
    use_ssl: true,
    ssl_ca_certs: certificates.ca,
    ssl_certfile: certificates.client.cert,
    ssl_keyfile: certificates.client.key,
  };
}

function tlsClient({ server, certificates: { ca, client: own } }: TlsRedis): Redis {
  const [cert, key] = [readFileSync(own.cert), readFileSync(own.key)];
  return new Redis({ port: server.port, protocol: 2, tls: { ca: readFileSync(ca), cert, key } });
}

export interface ClusterTopology extends Topology {
  readonly cluster: RedisCluster;
  /** Moves the slot of the clients to the next master, and answers how to move it back. */
  moveClients(): Promise<() => Promise<void>>;
  /** That move, and the one back. */
  readonly moves: readonly [there: Move, back: Move];
}

/** Three masters with a replica each. The clients have the hash tag that a new namespace gets. */
export async function cluster(): Promise<ClusterTopology> {
  const all = await startCluster();
  const masters = all.masters.map(({ port }) => client(port));
  const home = masters[Math.floor((slotOf("{clients}") * masters.length) / SLOTS)] as Redis;
  const nodes = all.masters.map(({ port }) => ({ host: HOST, port }));
  const index = masters.indexOf(home);
  const at = (i: number): End => ({
    redis: masters[i % masters.length] as Redis,
    node: all.masters[i % masters.length] as ClusterNode,
  });
  const there = { slot: slotOf("{clients}"), from: at(index), to: at(index + 1), masters };
  const back = { ...there, from: there.to, to: there.from };
  return {
    ...topology(masters, { cluster_nodes: nodes }, home, () => all.stop()),
    cluster: all,
    moves: [there, back],
    moveClients: async () => {
      await moveSlot(there);
      return () => moveSlot(back);
    },
  };
}

export async function sentinels(
  options: SentinelGroupOptions = {},
): Promise<Topology & { readonly group: SentinelGroup }> {
  const group = await startSentinelGroup(options);
  const home = client(group.primary.port);
  return { ...topology([home], sentinelOptions(group), home, () => group.stop()), group };
}

function sentinelOptions(group: SentinelGroup): Readonly<Record<string, unknown>> {
  return {
    sentinels: group.sentinels.map(({ port }) => ({ host: HOST, port })),
    master_name: group.masterName,
  };
}

function topology(
  masters: readonly Redis[],
  given: Topology["given"],
  home: Redis,
  stop: () => Promise<void>,
): Topology {
  return {
    masters,
    home,
    given,
    stop: async () => {
      for (const master of masters) master.disconnect();
      await stop();
    },
  };
}
