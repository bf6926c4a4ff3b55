/** What an operator's tool does to move a slot of a cluster, with every key in it, while nodes work. */
import type { Redis } from "ioredis";
import type { ClusterNode } from "../../../../tooling/redis/src/main.ts";

interface End {
  readonly redis: Redis;
  readonly node: ClusterNode;
}

const AT_ONCE = 10;

export async function moveSlot(slot: number, from: End, to: End, masters: readonly Redis[]): Promise<void> {
  await to.redis.cluster("SETSLOT", slot, "IMPORTING", from.node.id);
  await from.redis.cluster("SETSLOT", slot, "MIGRATING", to.node.id);
  for (;;) {
    const keys = (await from.redis.call("cluster", "getkeysinslot", slot, AT_ONCE)) as string[];
    if (keys.length === 0) break;
    await from.redis.call("migrate", "127.0.0.1", to.node.port, "", 0, 5000, "KEYS", ...keys);
  }
  // The new owner first: else nobody has the slot for a moment.
  for (const redis of [
    to.redis,
    from.redis,
    ...masters.filter((one) => one !== to.redis && one !== from.redis),
  ])
    await redis.cluster("SETSLOT", slot, "NODE", to.node.id);
}
