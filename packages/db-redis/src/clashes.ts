/**
 * Whose a value is already: the script names the records that its set points to, and these say if they have
 * it.
 */
import { DbError, matches, parseClientId, parseRecord, unreadableError } from "@hivemind/db-core/backend";
import type { StoredEntry } from "@hivemind/db-core/backend";
import type { Reply } from "./connection.ts";
import type { UniqueSet } from "./record-keys.ts";

const NAMES = { accessKey: "access key", fingerprint: "certificate" } as const;

/** By id, the texts of records that have been looked at and do not have the value: for the script to pass over. */
export type Harmless = Map<string, string>;

/**
 * Throws where one of the records has the value. Adds the others to `harmless`: their sets are out of date. Those of the
 * attempts before stay, or two that take turns at being named would go on for ever.
 */
export function refuseClashes(reply: readonly Reply[], sets: readonly UniqueSet[], harmless: Harmless): void {
  for (let i = 1; i < reply.length; i += 3) {
    const [at, id, text] = reply.slice(i, i + 3) as [number, string, string];
    const { index, value } = sets[at] as UniqueSet;
    const entry = parseRecord(parseClientId(id), text);
    if (matches(entry, index, value)) throw clash(entry, index);
    harmless.set(id, text);
  }
}

function clash(entry: StoredEntry, index: UniqueSet["index"]): DbError {
  if (entry.record === undefined) return unreadableError(entry);
  return new DbError("duplicate-key", `client ${entry.id} has this ${NAMES[index]} already`, {
    clientIds: [entry.id],
  });
}
