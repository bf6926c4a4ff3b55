/** The order of the rows in the file: SQLite seeks by it, and does not look whether it is so. */
import { DbError } from "@hivemind/db-core/backend";
import type { ClientId, StoredEntry } from "@hivemind/db-core/backend";

/**
 * Those that have an id, if all ascend from what comes after this one. Page after page, a file in which they do not would
 * lead round in circles, or past clients.
 */
export function inOrder(
  after: ClientId,
  entries: readonly StoredEntry[],
  path: string,
): readonly StoredEntry[] {
  let last = after;
  for (const { id } of entries) {
    if (id !== undefined && id <= last) {
      throw new DbError(
        "corrupt",
        `the clients in ${path} are not in the order of their ids: it is damaged, restore a backup`,
      );
    }
    // Without an id is who has a larger one than any client, and so comes last.
    last = id ?? Infinity;
  }
  return entries.filter(({ id }) => id !== undefined);
}
