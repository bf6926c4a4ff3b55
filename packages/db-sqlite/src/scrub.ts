/** What was replaced or removed is not to be found in the files any more, as far as SQLite can see to that. */
import type { Connector } from "./connector.ts";
import type { Connection } from "./driver.ts";
import { copiesOf } from "./private-files.ts";
import { isBusy, isFull } from "./sqlite-error.ts";
import { BUSY, whenFree } from "./when-free.ts";

/**
 * `secure_delete` covers what we remove, and not what a Python hub has removed before: that is what VACUUM is for.
 * Answers where something may be left.
 */
export async function scrubStore(connector: Connector, busyTimeoutMs: number): Promise<readonly string[]> {
  await connector.prepare();
  const file = connector.connect("write");
  const copies = copiesOf(connector.path);
  if (file === undefined) return copies;
  try {
    // It makes a copy of everything, which shall not be a file in some folder for all.
    file.connection.exec("PRAGMA temp_store = MEMORY");
    await whenFree(busyTimeoutMs, () => file.connection.exec("VACUUM"));
    const emptied = await whenFree(busyTimeoutMs, () => emptyLog(file.connection) || BUSY);
    return emptied === BUSY ? [`${connector.path}-wal`, ...copies] : copies;
  } catch (error) {
    // What the records hold is done by then: whoever has asked is told what is not, and can make room.
    if (!isBusy(error) && !isFull(error)) throw error;
    return [connector.path, `${connector.path}-wal`, ...copies];
  } finally {
    file.close();
  }
}

/** Everything in the log is moved into the file, and its text is gone. Answers whether nobody was in the way. */
export function emptyLog(connection: Connection): boolean {
  const [busy] = connection.prepare("PRAGMA wal_checkpoint(TRUNCATE)").raw().get() as [number];
  return busy === 0;
}
