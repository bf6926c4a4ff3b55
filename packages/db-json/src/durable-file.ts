/** Replacing a file so that at every moment, also after a power cut, there is either all of the old or all of the new. */
import { randomBytes } from "node:crypto";
import type { Stats } from "node:fs";
import { mkdir, open, readdir, rename, stat, unlink } from "node:fs/promises";
import type { FileHandle } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { DbError, systemError } from "@hivemind/db-core/backend";

/** For a new file: its owner alone. */
const PRIVATE_FILE = 0o600;
const PRIVATE_FOLDER = 0o700;

/** Who shall own a file, and its mode. */
interface Ownership {
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
}

/**
 * Temporary file in the same folder, flushed, renamed, folder flushed. Mode, owner and group stay as they
 * were, or for a new file as those of `like`. Nothing has changed when it throws, but for `unconfirmed`.
 * `path` is the real one (no symlink).
 */
export async function replaceFile(path: string, bytes: Buffer, like = path): Promise<void> {
  await makeFolder(dirname(path));
  const temporary = join(dirname(path), `.${basename(path)}.${randomBytes(6).toString("hex")}${TEMPORARY}`);
  try {
    await writeNew(temporary, bytes, await ownershipOf(path, like));
    await rename(temporary, path);
  } catch (error) {
    await removeIfThere(temporary);
    throw writeError(error, path);
  }
  await flushFolder(dirname(path));
}

/** The rename is done but not yet on the disk: if this fails, nobody knows what a power cut would leave. */
export async function flushFolder(folder: string): Promise<void> {
  try {
    const handle = await open(folder, "r");
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  } catch (error) {
    throw new DbError("unconfirmed", `the folder ${folder} could not be flushed to the disk`, { cause: error });
  }
}

async function writeNew(path: string, bytes: Buffer, { mode, uid, gid }: Ownership): Promise<void> {
  const handle = await open(path, "wx", PRIVATE_FILE);
  try {
    await own(handle, uid, gid);
    await handle.chmod(mode);
    await handle.writeFile(bytes);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function own(handle: FileHandle, uid: number, gid: number): Promise<void> {
  const now = await handle.stat();
  if (now.uid === uid && now.gid === gid) return;
  try {
    await handle.chown(uid, gid);
  } catch (error) {
    // Going on would hand the file to us, and lock out the hub that owns it.
    throw new DbError("read-only", `its owner (user ${uid}, group ${gid}) cannot be kept: run as that user`, {
      cause: error,
    });
  }
}

/**
 * As it is; or else as `like`, but for others than its owner and group; or else the folder's owner, so that
 * what root adds stays readable to the hub.
 */
export async function ownershipOf(path: string, like = path): Promise<Ownership> {
  const now = await statIfThere(path);
  if (now !== undefined) return { mode: now.mode & 0o7777, uid: now.uid, gid: now.gid };
  const model = await statIfThere(like);
  if (model !== undefined) return { mode: PRIVATE_FILE | (model.mode & 0o660), uid: model.uid, gid: model.gid };
  const folder = await stat(dirname(path));
  const self = { uid: process.geteuid?.() ?? folder.uid, gid: process.getegid?.() ?? folder.gid };
  return { mode: PRIVATE_FILE, ...(self.uid === 0 ? { uid: folder.uid, gid: folder.gid } : self) };
}

/** Makes the folder and its parents where they lack, private, owned like the nearest folder that was there. */
export async function makeFolder(folder: string): Promise<void> {
  if ((await statIfThere(folder)) !== undefined) return;
  await makeFolder(dirname(folder));
  try {
    await mkdir(folder, PRIVATE_FOLDER);
    if (process.geteuid?.() === 0) {
      const parent = await stat(dirname(folder));
      const handle = await open(folder, "r");
      try {
        await handle.chown(parent.uid, parent.gid);
      } finally {
        await handle.close();
      }
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw writeError(error, folder);
  }
  await flushFolder(dirname(folder));
}

async function statIfThere(path: string): Promise<Stats | undefined> {
  try {
    return await stat(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw systemError(error, "read", path);
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
    return new DbError("read-only", `${path} is mounted on its own and cannot be replaced: mount its folder instead`, {
      cause: error,
    });
  }
  return systemError(error, "write", path, "nothing was changed");
}

const TEMPORARY = ".tmp";

/** Temporary files that a killed writer left behind. They hold secrets. Call it with the lock held. */
export async function staleTemporaries(path: string): Promise<readonly string[]> {
  const prefix = `.${basename(path)}.`;
  const names = await readdir(dirname(path));
  return names.filter((name) => name.startsWith(prefix) && name.endsWith(TEMPORARY)).map((name) => join(dirname(path), name));
}

export async function removeStaleTemporaries(path: string): Promise<void> {
  for (const stale of await staleTemporaries(path)) await removeIfThere(stale);
}
