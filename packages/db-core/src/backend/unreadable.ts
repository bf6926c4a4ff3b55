import { DbError } from "../errors.ts";
import type { UnreadableEntry } from "./contract.ts";

/** The error of a call that would need this record. */
export function unreadableError(entry: UnreadableEntry): DbError {
  const which =
    entry.id === undefined ? "a record without a readable id" : `the record of client ${entry.id}`;
  return new DbError(
    "corrupt",
    `${which} cannot be read: ${entry.reason}; run a verify, then mend or remove it`,
    {
      clientIds: entry.id === undefined ? [] : [entry.id],
    },
  );
}
