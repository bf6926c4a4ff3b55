/** A copy of the store while others work on it: of one moment, as private and as encrypted as the store. */
import { rmSync } from "node:fs";
import { dirname } from "node:path";
import { DbError, flushFolder } from "@hivemind/db-core/backend";
import type { Connector } from "./connector.ts";
import { goneError } from "./gone.ts";
import { newFileBeside, publish } from "./new-store.ts";

/** Throws `invalid` where the destination is there already: a backup is never overwritten. */
export async function backUp(connector: Connector, destination: string): Promise<void> {
  // SQLite takes these for its own, and removes them when it closes the store.
  if (["-wal", "-shm", "-journal"].some((end) => destination === connector.path + end)) {
    throw new DbError("invalid", `${destination} is a name that SQLite uses itself: name another file`);
  }
  const temporary = newFileBeside(destination, connector.path);
  try {
    await connector.prepare();
    copyInto(connector, temporary);
    if (!publish(temporary, destination)) {
      throw new DbError("invalid", `${destination} is there already: name a file that is not`);
    }
  } finally {
    rmSync(temporary, { force: true });
  }
  await flushFolder(dirname(destination));
}

/** The driver's own backup fails on encrypted files; VACUUM INTO works, and what it writes is encrypted too. */
export function copyInto(connector: Connector, emptyFile: string): void {
  const file = connector.connect("copy");
  if (file === undefined) throw goneError(connector.path);
  try {
    file.connection.prepare("VACUUM INTO ?").run(emptyFile);
  } finally {
    file.close();
  }
}
