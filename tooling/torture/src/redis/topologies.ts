/** Redis as it is run where it must not fail: what can happen to the master of the clients there. */
import { startCluster, startSentinelGroup, tell, until } from "../../../redis/src/main.ts";
import type { ClusterNode, Pair } from "../../../redis/src/main.ts";

export interface Topology {
  /** How nodes find it. */
  readonly options: Readonly<Record<string, unknown>>;
  /** Over, and everybody at their place again, when it is answered. `kills`: with -9; else it is only stopped. */
  strike(how: { readonly kills: boolean }): Promise<void>;
  stop(): Promise<void>;
}

const HOST = "127.0.0.1";
const SLOTS = 16_384;

export async function sentinels(): Promise<Topology> {
  const group = await startSentinelGroup();
  let pair = { master: group.primary, replica: group.replicas[0] ?? group.primary };
  return {
    options: {
      sentinels: group.sentinels.map(({ port }) => ({ host: HOST, port })),
      master_name: group.masterName,
    },
    strike: async ({ kills }) => {
      const { master, replica } = pair;
      await takeOver(pair, kills);
      if (kills) await group.rejoin(master, replica);
      else master.resume();
      pair = await group.settled();
    },
    stop: () => group.stop(),
  };
}

export async function cluster(): Promise<Topology> {
  const started = await startCluster();
  const { masters, replicas, nodes } = started;
  const home = Math.floor(((await slotOfClients(masters)) * masters.length) / SLOTS);
  let [master, replica] = [masters[home]?.server, replicas[home]?.server];
  return {
    options: optionsFor(nodes),
    strike: async ({ kills }) => {
      if (master === undefined || replica === undefined) throw new Error("the clients have two servers");
      await takeOver({ master, replica }, kills);
      if (kills) await master.start();
      else master.resume();
      await until(master, "INFO replication", /role:slave[^]*master_link_status:up/);
      [master, replica] = [replica, master];
    },
    stop: () => started.stop(),
  };
}

/** The slot of the clients moves to another master, key by key, while nodes work. */
export async function movingSlot(): Promise<Topology> {
  const started = await startCluster();
  const { masters, nodes } = started;
  const slot = await slotOfClients(masters);
  let at = Math.floor((slot * masters.length) / SLOTS);
  return {
    options: optionsFor(nodes),
    strike: async () => {
      const next = (at + 1) % masters.length;
      await moveSlot(slot, masters[at] as ClusterNode, masters[next] as ClusterNode, masters);
      at = next;
    },
    stop: () => started.stop(),
  };
}

const optionsFor = (nodes: readonly ClusterNode[]): Topology["options"] => ({
  cluster_nodes: nodes.map(({ port }) => ({ host: HOST, port })),
});

async function slotOfClients([first]: readonly ClusterNode[]): Promise<number> {
  const reply = await tell((first as ClusterNode).server, "CLUSTER KEYSLOT {clients}");
  return Number(reply.slice(1));
}

/** Until the replica is the master. */
async function takeOver({ master, replica }: Pair, kills: boolean): Promise<void> {
  if (kills) await master.kill();
  else master.pause();
  await until(replica, "INFO replication", /role:master/);
}

/** As an operator's tool does it. */
async function moveSlot(
  slot: number,
  from: ClusterNode,
  to: ClusterNode,
  masters: readonly ClusterNode[],
): Promise<void> {
  await tell(to.server, `CLUSTER SETSLOT ${slot} IMPORTING ${from.id}`);
  await tell(from.server, `CLUSTER SETSLOT ${slot} MIGRATING ${to.id}`);
  for (;;) {
    const keys = bulkTexts(await tell(from.server, `CLUSTER GETKEYSINSLOT ${slot} 10`));
    if (keys.length === 0) break;
    const quoted = keys.map((key) => JSON.stringify(key)).join(" ");
    await tell(from.server, `MIGRATE ${HOST} ${to.port} "" 0 5000 KEYS ${quoted}`);
  }
  // The new owner first: else nobody has the slot for a moment.
  for (const { server } of [to, from, ...masters.filter((one) => one !== to && one !== from)])
    await tell(server, `CLUSTER SETSLOT ${slot} NODE ${to.id}`);
}

/** Of a list of texts without line ends, which keys of ours are. */
function bulkTexts(reply: string): readonly string[] {
  return reply.split("\r\n").filter((line, i) => i > 0 && line !== "" && !line.startsWith("$"));
}
