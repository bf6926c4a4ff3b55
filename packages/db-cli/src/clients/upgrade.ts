/** What an operator must hear about clients of schema 1. */
import type { ClientId } from "@hivemind/db-core";
import { clientsText } from "./label.ts";

export interface Upgraded {
  /** Clients whose `message_blacklist` was dropped. */
  readonly droppedMessageBlacklist: readonly ClientId[];
  /** Clients that a hub gave default types, and that may send nothing now. */
  readonly emptyAllowedTypes: readonly ClientId[];
}

export function upgradeSentences({
  droppedMessageBlacklist,
  emptyAllowedTypes,
}: Upgraded): readonly string[] {
  const told = [
    ["Had a message_blacklist, which was dropped", droppedMessageBlacklist],
    ["May send nothing now, for no type is allowed", emptyAllowedTypes],
  ] as const;
  return told.flatMap(([what, ids]) => (ids.length === 0 ? [] : [`${what}: ${clientsText(ids)}.`]));
}
