import { DbError } from "../errors.ts";
import type { RecordChange, StoredRecord } from "./contract.ts";
import { isTombstone } from "./record.ts";

/**
 * Runs a change on a record and holds it to the contract, for every backend alike: never another id, never a
 * tombstone undone. `undefined`: there is nothing to write.
 */
export function applyChange(now: StoredRecord, change: RecordChange): StoredRecord | undefined {
  const next = change(now);
  if (next === undefined || next === now) return undefined;
  if (next.client_id !== now.client_id) throw new TypeError("a change cannot give a client another id");
  if (isTombstone(now)) {
    throw new DbError("no-such-client", `client ${now.client_id} is revoked, which is final`, {
      clientIds: [now.client_id],
    });
  }
  return next;
}
