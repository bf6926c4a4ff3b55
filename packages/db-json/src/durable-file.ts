/** Replacing a file so that at every moment, also after a power cut, there is either all of the old or all of the new. */
import { randomBytes } from "node:crypto";
import { close, fsync, writeFile } from "node:fs";
import { readdir, rename, unlink } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { promisify } from "node:util";
import {
  DbError,
  flushFolder,
  makeFolder,
  openNewFile,
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
  const temporary = join(dirname(path), temporaryName(basename(path)));
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
  // One descriptor from beginning to end: by its path we could meet what somebody else has put there.
  const file = openNewFile(path, ownership);
  try {
    await promisify(writeFile)(file, bytes);
    await promisify(fsync)(file);
  } finally {
    await promisify(close)(file);
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

/**
 * Temporary files that killed writers of these files left behind. They hold secrets. With the lock held, they
 * are nobody's any more.
 */
export async function staleTemporaries(paths: readonly string[]): Promise<readonly string[]> {
  const found: string[] = [];
  for (const folder of new Set(paths.map((path) => dirname(path)))) {
    const bases = new Set(paths.filter((path) => dirname(path) === folder).map((path) => basename(path)));
    const names = await namesIn(folder);
    found.push(
      ...names.filter((name) => bases.has(temporaryOf(name) ?? "")).map((name) => join(folder, name)),
    );
  }
  return found;
}

export async function removeStaleTemporaries(paths: readonly string[]): Promise<void> {
  for (const stale of await staleTemporaries(paths)) await removeIfThere(stale);
}

async function namesIn(folder: string): Promise<readonly string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    throw systemError(error, "read", folder);
  }
}

function temporaryName(base: string): string {
  return `.${base}.${randomBytes(6).toString("hex")}.tmp`;
}

/**
 * The file that a temporary one of this name was to become; exact, or another store's would be taken for it. Of a
 * backup with a time, the one without.
 */
function temporaryOf(name: string): string | undefined {
  return /^\.(.+?)(?:(?<=\.schema-1\.bak)\.\d+)?\.[\da-f]{12}\.tmp$/.exec(name)?.[1];
}
