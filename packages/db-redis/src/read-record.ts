/** What a stored text counts as. */
import { isTombstone, parseClientId, parseRecord, tombstone } from "@hivemind/db-core/backend";
import type { ClientId, StoredEntry, StoredRecord, UnreadableEntry } from "@hivemind/db-core/backend";
import type { Reply } from "./connection.ts";
import { CREATING } from "./keyspace.ts";

/** A record as it is stored, and what it counts as. */
export interface ReadRecord {
  /** What its key ends in. */
  readonly name: string;
  readonly text: string;
  readonly entry: StoredEntry;
  /** Its revocation is on record, and it looks alive: something else wrote it back. */
  readonly resurrected: boolean;
  /** Its revocation is on record. */
  readonly revoked: boolean;
}

/** `undefined`: there is no record. `isGarbled`: the text is not what is stored. */
export function readRecord(
  name: string,
  text: Reply | undefined,
  revoked: boolean,
  isGarbled: boolean,
): ReadRecord | undefined {
  if (typeof text !== "string" || text === CREATING) return undefined;
  const id = parseClientId(name);
  const stored = isGarbled || text === "" ? unreadable(id, isGarbled) : parseRecord(id, text);
  const resurrected = revoked && stored.id !== undefined && !(stored.record && isTombstone(stored.record));
  const entry = resurrected ? { id: stored.id, record: tombstone(stored.id) } : stored;
  return { name, text, entry, resurrected, revoked };
}

/** For a key that is no UTF-8: the driver names it otherwise than the server, which then has no such key. */
export function namelessEntry(name: string): UnreadableEntry | undefined {
  if (!name.includes("\uFFFD")) return undefined;
  return Object.freeze({ id: undefined, reason: "its key is not UTF-8", mentions: () => true });
}

/** The record that stands where a revoked one was, as it claims to be. */
export function claimedRecord(id: ClientId, text: string): StoredRecord | undefined {
  return parseRecord(id, text).record;
}

/** Nobody can say what it holds, so it may be whatever somebody asks for. The script answers "" for a key of another type. */
function unreadable(id: ClientId | undefined, isGarbled: boolean): UnreadableEntry {
  const reason = isGarbled ? "it is not UTF-8" : "it is empty, or a key of another type";
  return Object.freeze({ id, reason, mentions: () => true });
}
