/** Opening: which file, which key, and is there a store at all. Nothing is written. */
import { join } from "node:path";
import { dataFolder, DbError, FileFeed } from "@hivemind/db-core/backend";
import type { Backend, BackendHost } from "@hivemind/db-core/backend";
import { Committer } from "./committer.ts";
import type { CommitterParts } from "./committer.ts";
import { Connector } from "./connector.ts";
import { loadDriver } from "./driver.ts";
import { DEFAULT_BUSY_TIMEOUT_MS } from "./options.ts";
import type { SqliteOptions } from "./options.ts";
import { Reader } from "./reader.ts";
import type { Snapshot } from "./reader.ts";
import { SqliteBackend } from "./sqlite-backend.ts";
import { sqliteError } from "./sqlite-error.ts";
import { whenFree } from "./when-free.ts";

export function pathOf({ name, subfolder, folder }: SqliteOptions): string {
  return join(folder ?? dataFolder(subfolder), `${name}.db`);
}

export async function openStore(options: SqliteOptions, { create, onNotice }: BackendHost): Promise<Backend> {
  const { password, synchronous = "full", busyTimeoutMs = DEFAULT_BUSY_TIMEOUT_MS } = options;
  const path = pathOf(options);
  const connector = new Connector(await loadDriver(password !== undefined), path, password);
  const reader = new Reader(connector, (changed) => feed.deliver(changed));
  const feed = new FileFeed(path, () => refreshNow(reader, path), onNotice);
  const parts: CommitterParts = {
    connector,
    reader,
    feed,
    settings: { synchronous, busyTimeoutMs },
    onNotice,
  };
  try {
    await connector.prepare();
    const snapshot = await whenFree(busyTimeoutMs, () => reader.refresh());
    if (!create && !isThere(snapshot)) {
      throw new DbError(
        "missing-store",
        `there is no store with clients at ${path}: adding a client makes one`,
      );
    }
  } catch (error) {
    reader.close();
    throw sqliteError(error, "read", path);
  }
  return new SqliteBackend({ ...parts, committer: new Committer(parts) });
}

function refreshNow(reader: Reader, path: string): void {
  try {
    reader.refresh();
  } catch (error) {
    throw sqliteError(error, "read", path);
  }
}

/** Our id, or one record at least that can be read. */
function isThere({ layout, clients }: Snapshot): boolean {
  if (layout.storeId !== undefined) return true;
  for (
    let page = clients?.pageAfter(-1) ?? [];
    page.length > 0;
    page = clients?.pageAfter(page.at(-1)?.id ?? Infinity) ?? []
  ) {
    if (page.some(({ record }) => record !== undefined)) return true;
  }
  return false;
}
