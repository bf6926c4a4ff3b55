/** A store as the lines of a backup. */
import { DbError } from "@hivemind/db-core/backend";
import { BACKUP_FORMAT, BACKUP_VERSION, backupLine, checksum } from "./backup-format.ts";
import type { Store } from "./open-store.ts";
import { storeSource } from "./store-source.ts";
import type { Watcher } from "./transfer.ts";

export interface BackupCounts {
  records: number;
  state: number;
  /** Places of what could not be read, and was left out. */
  readonly unreadable: string[];
}

/** `counts` is kept up to what has been answered. */
export async function* backupText(
  { backend, name }: Store,
  { skipUnreadable }: { readonly skipUnreadable: boolean },
  counts: BackupCounts,
  { progress, interrupt }: Watcher,
): AsyncGenerator<string> {
  const hash = checksum();
  const hashed = (line: string): string => {
    hash.update(line);
    return line;
  };
  const source = storeSource(backend);
  const createdAt = new Date().toISOString();
  yield hashed(
    backupLine({
      format: BACKUP_FORMAT,
      version: BACKUP_VERSION,
      schema: source.schema,
      createdAt,
      backend: name,
    }),
  );
  progress.begin("Writing");
  for await (const page of source.pages()) {
    interrupt.check();
    for (const entry of page) {
      if (entry.unreadable === undefined) {
        counts.records += 1;
        if (entry.stored !== undefined) yield hashed(backupLine({ record: entry.stored }));
      } else if (skipUnreadable) counts.unreadable.push(entry.place);
      else throw unreadable(entry.place, entry.unreadable);
    }
    progress.add(page.length);
  }
  for await (const { scope, key, text } of source.state()) {
    counts.state += 1;
    yield hashed(backupLine({ state: { scope, key, text } }));
  }
  const { records, state } = counts;
  yield backupLine({ end: { records, state, sha256: hash.digest("hex") } });
}

function unreadable(place: string, reason: string): DbError {
  return new DbError(
    "corrupt",
    `${place} cannot be read, and would be missing in the backup: ${reason}. Mend it (\`hivemind-db doctor\` helps), or leave it out with --skip-unreadable`,
  );
}
