/** Which clients have changed since we last looked, by the log that the triggers keep. */
import type { ClientId } from "@hivemind/db-core/backend";
import type { Connection } from "./driver.ts";
import type { Layout } from "./layout.ts";

/** Longer than anyone looks away. Whoever does all the same is told that anything may have changed. */
const LOG_LENGTH = 10_000;

export class ChangeLog {
  /** `undefined`: there was no log to read. */
  #last: number | undefined;

  /** What is in the store now is known. */
  startAtEnd(connection: Connection, layout: Layout): void {
    this.#last = layout.isWatched ? lastNumber(connection) : undefined;
  }

  /** There was no store until now. */
  startAtBeginning(): void {
    this.#last = 0;
  }

  /** What changed since the last time; `"all"` where that cannot be told. */
  read(connection: Connection, layout: Layout): readonly ClientId[] | "all" {
    const before = this.#last;
    const last = layout.isWatched ? lastNumber(connection) : undefined;
    const changed = idsBetween(connection, before, last);
    this.#last = last;
    return changed;
  }
}

function idsBetween(
  connection: Connection,
  before: number | undefined,
  last: number | undefined,
): readonly ClientId[] | "all" {
  if (before === undefined || last === undefined || last < before) return "all";
  if (last === before) return [];
  const rows = connection
    .prepare("SELECT client_id FROM hivemind_db_changes WHERE seq > ? AND seq <= ?")
    .pluck()
    .all(before, last) as number[];
  const isWhole = rows.length === last - before && rows.every((id) => Number.isSafeInteger(id) && id >= 0);
  return isWhole ? [...new Set(rows)] : "all";
}

/** Of the last entry, also where it has been pruned. */
function lastNumber(connection: Connection): number {
  const sql = "SELECT seq FROM sqlite_sequence WHERE name = 'hivemind_db_changes'";
  return (connection.prepare(sql).pluck().get() as number | undefined) ?? 0;
}

/** Keeps the log short. Call it in a transaction that has added to it. */
export function pruneLog(connection: Connection): void {
  connection
    .prepare("DELETE FROM hivemind_db_changes WHERE seq <= (SELECT max(seq) FROM hivemind_db_changes) - ?")
    .run(LOG_LENGTH);
}

/** Leaves a gap, which tells every reader that anything may have changed. */
export function interruptLog(connection: Connection): void {
  connection.exec("UPDATE sqlite_sequence SET seq = seq + 1 WHERE name = 'hivemind_db_changes'");
  connection.exec(
    "INSERT INTO sqlite_sequence (name, seq) SELECT 'hivemind_db_changes', 1 WHERE NOT EXISTS (SELECT 1 FROM sqlite_sequence WHERE name = 'hivemind_db_changes')",
  );
}
