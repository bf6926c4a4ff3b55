import { numberOf, upgradeRecord } from "@hivemind/db-core/backend";
import type { StoredEntry, StoredRecord } from "@hivemind/db-core/backend";
import type { Candidate, SourceEntry } from "./source.ts";

/** A stored record travels as it is, but for its schema: sealed secrets are bound to id and field, and stay so. */
function recordCandidate(stored: StoredRecord): Candidate {
  const record = upgradeRecord(stored);
  return {
    id: record.client_id,
    place: `client ${record.client_id}`,
    stored,
    create: () => record,
    // A node that uses the target already has seen the client since: that time stands.
    change: (now) =>
      lastSeen(now) > lastSeen(record) ? { ...record, last_seen: now["last_seen"] ?? null } : record,
  };
}

export function sourceEntry(entry: StoredEntry): SourceEntry {
  if (entry.record !== undefined) return recordCandidate(entry.record);
  const place = entry.id === undefined ? "a record without a readable id" : `client ${entry.id}`;
  return { place, unreadable: entry.reason };
}

export function lastSeen(record: StoredRecord): number {
  return numberOf(record["last_seen"]) ?? -1;
}
