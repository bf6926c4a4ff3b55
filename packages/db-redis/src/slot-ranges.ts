/** What a node of a cluster says to CLUSTER SLOTS. Source: https://redis.io/docs/latest/commands/cluster-slots */
import { DbError } from "@hivemind/db-core/backend";
import { addressOf } from "./address.ts";
import type { Place } from "./address.ts";
import type { Reply } from "./server-link.ts";

export interface SlotRange {
  readonly first: number;
  readonly last: number;
  /** Its address. */
  readonly master: string;
  /** As the cluster names it. */
  readonly id: string;
}

/** `asked`: who has answered. */
export function slotRanges(reply: readonly Reply[], asked: Place): readonly SlotRange[] {
  if (reply.length === 0) {
    throw new DbError(
      "unreachable",
      `redis at ${addressOf(asked)} is a node of a cluster in which nobody has a slot yet: create the cluster (redis-cli --cluster create), or name nodes of the one that is meant`,
    );
  }
  return reply.map((range) => {
    const [first, last, master] = range as [number, number, readonly Reply[]];
    // A node that does not know its own name has an empty one: then it is the one that was asked.
    const host = String(master[0] ?? "");
    return {
      first,
      last,
      master: addressOf({ host: host === "" ? asked.host : host, port: Number(master[1]) }),
      id: String(master[2]),
    };
  });
}
