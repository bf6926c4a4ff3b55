/**
 * Whose a value is already: the script names the records that its set points to, and these say if they have
 * it.
 */
import { DbError, matches, parseClientId, parseRecord, unreadableError } from "@hivemind/db-core/backend";
import type { StoredEntry } from "@hivemind/db-core/backend";
import type { Argument, Reply } from "./connection.ts";
import type { UniqueSet } from "./record-keys.ts";

const NAMES = { accessKey: "access key", fingerprint: "certificate" } as const;

/**
 * Throws where one of the records has the value. Answers the others, for the script to pass over: their sets
 * are out of date.
 */
export function refuseClashes(reply: readonly Reply[], sets: readonly UniqueSet[]): readonly Argument[] {
  const harmless = new Map<string, string>();
  for (let i = 1; i < reply.length; i += 3) {
    const [at, id, text] = reply.slice(i, i + 3) as [number, string, string];
    const { index, value } = sets[at] as UniqueSet;
    const entry = parseRecord(parseClientId(id), text);
    if (matches(entry, index, value)) throw clash(entry, index);
    harmless.set(id, text);
  }
  return [...harmless].flat();
}

function clash(entry: StoredEntry, index: UniqueSet["index"]): DbError {
  if (entry.record === undefined) return unreadableError(entry);
  return new DbError("duplicate-key", `client ${entry.id} has this ${NAMES[index]} already`, {
    clientIds: [entry.id],
  });
}
