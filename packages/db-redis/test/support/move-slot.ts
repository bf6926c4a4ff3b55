/** What an operator's tool does to move a slot of a cluster, with every key in it, while nodes work. */
import type { Redis } from "ioredis";
import { expect } from "vitest";
import type { ClusterNode } from "../../../../tooling/redis/src/main.ts";

export interface End {
  readonly redis: Redis;
  readonly node: ClusterNode;
}

export interface Move {
  readonly slot: number;
  readonly from: End;
  readonly to: End;
  readonly masters: readonly Redis[];
}

const AT_ONCE = 10;

export async function moveSlot(move: Move): Promise<void> {
  await beginMove(move);
  await moveKeys(move);
  await endMove(move);
}

export async function beginMove({ slot, from, to }: Move): Promise<void> {
  await to.redis.cluster("SETSLOT", slot, "IMPORTING", from.node.id);
  await from.redis.cluster("SETSLOT", slot, "MIGRATING", to.node.id);
}

/** Those keys, or all of them. */
export async function moveKeys(
  { slot, from, to }: Move,
  isMoved: (key: string) => boolean = () => true,
): Promise<void> {
  for (const left: string[] = []; ;) {
    const count = AT_ONCE + left.length;
    const keys = (await from.redis.call("cluster", "getkeysinslot", slot, count)) as string[];
    const others = keys.filter((key) => !left.includes(key));
    if (others.length === 0) return;
    left.push(...others.filter((key) => !isMoved(key)));
    const moved = others.filter(isMoved);
    if (moved.length === 0) continue;
    await from.redis.call("migrate", "127.0.0.1", to.node.port, "", 0, 5000, "KEYS", ...moved);
  }
}

export async function endMove({ slot, from, to, masters }: Move): Promise<void> {
  // The new owner first: else nobody has the slot for a moment.
  const others = masters.filter((one) => one !== to.redis && one !== from.redis);
  for (const redis of [to.redis, from.redis, ...others])
    await redis.cluster("SETSLOT", slot, "NODE", to.node.id);
}

/**
 * A range of slots without a key, as nodes write it, from one master to another; until every master knows. The
 * new owner claims it with a higher epoch than anybody's: a message of the old one that is still under way,
 * from before it gave the slots up, changes nothing then.
 */
export async function giveSlots(
  range: string,
  from: Redis,
  to: Redis,
  masters: readonly Redis[],
): Promise<void> {
  const ends = range.split("-").map(Number) as [number, number];
  await from.call("cluster", "delslotsrange", ...ends);
  const claim = to.multi();
  for (const step of ["delslotsrange", "addslotsrange"]) claim.call("cluster", step, ...ends);
  const [, added, bumped] = (await claim.call("cluster", "bumpepoch").exec()) ?? [];
  // Whether the slots had to be taken away first hangs on what this master had heard of the old one.
  expect([added, bumped]).toEqual([
    [null, "OK"],
    [null, expect.stringMatching(/^(BUMPED|STILL)/) as string],
  ]);
  const owner = await to.cluster("MYID");
  const known = async () => Promise.all(masters.map(async (master) => ownersOf(master, ends)));
  await expect.poll(known, { timeout: 10_000 }).toEqual(masters.map(() => ["cluster_state:ok", owner]));
}

/** Whether the cluster works as this master sees it, and whose slots these are, each owner once. */
async function ownersOf(master: Redis, [first, last]: readonly [number, number]): Promise<unknown[]> {
  const state = String(await master.call("cluster", "info")).slice(0, 16);
  const ranges = await master.cluster("SLOTS");
  const owners = ranges.flatMap(([from, to, owner]) => (from <= last && to >= first ? [owner?.[2]] : []));
  return [state, ...new Set(owners)];
}
