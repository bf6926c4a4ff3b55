/** What has come of one operation, and of a commit. */
import { DbError } from "@hivemind/db-core/backend";
import type { Pending } from "@hivemind/db-core/backend";
import { sqliteCode, sqliteError } from "./sqlite-error.ts";
import type { Transaction } from "./transaction.ts";

/**
 * Applies one operation, and answers what to do when the commit has succeeded. Nearly all that fail do so before they
 * write; another one ends the transaction.
 */
export function outcome(
  work: Transaction,
  { operation, resolve, reject }: Pending<Transaction>,
  path: string,
): () => void {
  const before = work.writeCount;
  try {
    const answer = operation(work);
    return () => resolve(answer);
  } catch (error) {
    if (!work.isUndone) {
      // The disk has failed, and with it the whole transaction.
      if (!work.connection.inTransaction) throw error;
      if (work.writeCount > before) work.undo();
    }
    // What a caller's own function has thrown is for the caller.
    return () => reject(sqliteCode(error) === undefined ? error : sqliteError(error, "write", path));
  }
}

/**
 * The last operation of a batch: it writes what those before it have put off. Where it fails, nothing of theirs stays,
 * and each is run anew by itself; the one of a batch of one hears of it.
 */
export function writingOut(batch: readonly Pending<Transaction>[]): Pending<Transaction> {
  return {
    operation: (work) => work.writeOut(),
    resolve: () => undefined,
    reject: (error) => batch.forEach(({ reject }) => reject(error)),
  };
}

/** The last step is to write and flush. Where that fails, a power cut decides whether it has happened. */
export function commitError(error: unknown, path: string): unknown {
  const code = sqliteCode(error) ?? "";
  if (!code.startsWith("SQLITE_IOERR") || code === "SQLITE_IOERR_SHMSIZE")
    return sqliteError(error, "write", path);
  return new DbError(
    "unconfirmed",
    `nobody can tell whether ${path} holds what was just written (${code}): check the disk`,
    {
      cause: error,
    },
  );
}
