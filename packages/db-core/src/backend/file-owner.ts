/** Who owns what we make: what root adds to a hub's store stays the hub's, and nobody else reads it. */
import type { Stats } from "node:fs";
import { mkdir, open, stat, unlink } from "node:fs/promises";
import type { FileHandle } from "node:fs/promises";
import { dirname } from "node:path";
import { DbError } from "../errors.ts";
import { systemError } from "./system-error.ts";

/** For a new file: its owner alone. */
const PRIVATE_FILE = 0o600;
const PRIVATE_FOLDER = 0o700;

/** Who shall own a file, and its mode. */
export interface Ownership {
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
}

/**
 * As it is; or else as `like`, but for others than its owner and group; or else the folder's owner, so that
 * what root adds stays readable to the hub.
 */
export async function ownershipOf(path: string, like = path): Promise<Ownership> {
  const now = await statIfThere(path);
  if (now !== undefined) return { mode: now.mode & 0o7777, uid: now.uid, gid: now.gid };
  const model = await statIfThere(like);
  if (model !== undefined)
    return { mode: PRIVATE_FILE | (model.mode & 0o660), uid: model.uid, gid: model.gid };
  const folder = await stat(dirname(path));
  const self = { uid: process.geteuid?.() ?? folder.uid, gid: process.getegid?.() ?? folder.gid };
  return { mode: PRIVATE_FILE, ...(self.uid === 0 ? { uid: folder.uid, gid: folder.gid } : self) };
}

/** Opens a file that is not there yet for writing, never readable to anyone that it is not meant for. */
export async function openNewFile(path: string, { mode, uid, gid }: Ownership): Promise<FileHandle> {
  const handle = await open(path, "wx", PRIVATE_FILE);
  try {
    await own(handle, uid, gid);
    await handle.chmod(mode);
    return handle;
  } catch (error) {
    await handle.close();
    await unlink(path);
    throw error;
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
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") {
      throw systemError(error, "write", folder, "nothing was changed");
    }
  }
  await flushFolder(dirname(folder));
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
    throw new DbError("unconfirmed", `the folder ${folder} could not be flushed to the disk`, {
      cause: error,
    });
  }
}

async function statIfThere(path: string): Promise<Stats | undefined> {
  try {
    return await stat(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw systemError(error, "read", path);
  }
}
