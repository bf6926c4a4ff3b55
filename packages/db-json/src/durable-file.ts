/** Replacing a file so that at every moment, also after a power cut, there is either all of the old or all of the new. */
import { randomBytes } from "node:crypto";
import { open, readdir, rename, unlink } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import {
  createFile,
  DbError,
  flushFolder,
  makeFolder,
  ownershipOf,
  systemError,
} from "@hivemind/db-core/backend";
import type { Ownership } from "@hivemind/db-core/backend";

/**
 * Temporary file in the same folder, flushed, renamed, folder flushed. Mode, owner and group stay as they
 * were, or for a new file as those of `like`. Nothing has changed when it throws, but for `unconfirmed`.
 * `path` is the real one (no symlink).
 */
export async function replaceFile(path: string, bytes: Buffer, like = path): Promise<void> {
  await makeFolder(dirname(path));
  const temporary = join(dirname(path), `.${basename(path)}.${randomBytes(6).toString("hex")}${TEMPORARY}`);
  try {
    await writeNew(temporary, bytes, ownershipOf(path, like));
    await rename(temporary, path);
  } catch (error) {
    await removeIfThere(temporary);
    throw writeError(error, path);
  }
  await flushFolder(dirname(path));
}

async function writeNew(path: string, bytes: Buffer, ownership: Ownership): Promise<void> {
  createFile(path, ownership);
  const handle = await open(path, "r+");
  try {
    await handle.writeFile(bytes);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function removeIfThere(path: string): Promise<void> {
  try {
    await unlink(path);
  } catch {
    // Nothing more can be done here: the error that led here is the one to tell, and the next writer cleans up.
  }
}

function writeError(error: unknown, path: string): unknown {
  if ((error as NodeJS.ErrnoException).code === "EBUSY") {
    return new DbError(
      "read-only",
      `${path} is mounted on its own and cannot be replaced: mount its folder instead`,
      {
        cause: error,
      },
    );
  }
  return systemError(error, "write", path, "nothing was changed");
}

const TEMPORARY = ".tmp";

/** Temporary files that a killed writer left behind. They hold secrets. Call it with the lock held. */
export async function staleTemporaries(path: string): Promise<readonly string[]> {
  const prefix = `.${basename(path)}.`;
  const names = await readdir(dirname(path));
  return names
    .filter((name) => name.startsWith(prefix) && name.endsWith(TEMPORARY))
    .map((name) => join(dirname(path), name));
}

export async function removeStaleTemporaries(path: string): Promise<void> {
  for (const stale of await staleTemporaries(path)) await removeIfThere(stale);
}
