/** Who owns what we make: what root adds to a hub's store stays the hub's, and nobody else reads it. */
import {
  closeSync,
  constants,
  fchmodSync,
  fchownSync,
  fstatSync,
  openSync,
  statSync,
  unlinkSync,
} from "node:fs";
import type { Stats } from "node:fs";
import { mkdir, open } from "node:fs/promises";
import { dirname } from "node:path";
import { DbError } from "../errors.ts";
import { systemError } from "./system-error.ts";

/** For a new file: its owner alone. */
const PRIVATE_FILE = 0o600;
const PRIVATE_FOLDER = 0o700;

/** Its group counts: who belongs to one is nobody's secret to keep. An operator may want it so; `verify` says it. */
const OTHERS_CAN_READ = 0o044;

/** Can anyone but its owner (and root) read it? `false` where there is none, or its folder lets nobody look. */
export function isReadableByOthers(path: string): boolean {
  try {
    return ((statSync(path, { throwIfNoEntry: false })?.mode ?? 0) & OTHERS_CAN_READ) !== 0;
  } catch {
    // Whoever needs the file gets the error, with what to do about it.
    return false;
  }
}

/** Who shall own a file, and its mode. */
export interface Ownership {
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
}

/**
 * As it is; or else as `like`, but for its owner alone unless its group was let in on purpose; or else the
 * folder's owner, so that what root adds stays readable to the hub.
 */
export function ownershipOf(path: string, like = path): Ownership {
  const now = statIfThere(path);
  if (now !== undefined) return { mode: now.mode & 0o7777, uid: now.uid, gid: now.gid };
  const model = statIfThere(like);
  if (model !== undefined) return { mode: privateMode(model.mode), uid: model.uid, gid: model.gid };
  const folder = statSync(dirname(path));
  const self = { uid: process.geteuid?.() ?? folder.uid, gid: process.getegid?.() ?? folder.gid };
  return { mode: PRIVATE_FILE, ...(self.uid === 0 ? { uid: folder.uid, gid: folder.gid } : self) };
}

/** 0644 is what a careless umask leaves; a group that may write, or alone may read, was given that. */
function privateMode(mode: number): number {
  const isForGroup = (mode & 0o020) !== 0 || (mode & 0o007) === 0;
  return PRIVATE_FILE | (isForGroup ? mode & 0o060 : 0);
}

/** As {@link openNewFile}, and leaves it empty. */
export function createFile(path: string, ownership: Ownership): void {
  closeSync(openNewFile(path, ownership));
}

/**
 * Makes a file that was not there (else EEXIST), never readable to anyone that it is not meant for, and
 * answers its descriptor: whoever owns the folder could put a link in its place before it is opened again.
 * Synchronous: in one turn, so that nobody else in this process meets it half made.
 */
export function openNewFile(path: string, ownership: Ownership): number {
  const file = openSync(path, "wx", PRIVATE_FILE);
  try {
    own(file, ownership);
    fchmodSync(file, ownership.mode);
    return file;
  } catch (error) {
    closeSync(file);
    unlinkSync(path);
    throw error;
  }
}

function own(file: number, { mode, uid, gid }: Ownership): void {
  const now = fstatSync(file);
  if (now.uid === uid && now.gid === gid) return;
  try {
    fchownSync(file, uid, gid);
  } catch (error) {
    // Of a file that is ours, a group that has no rights does not matter.
    if (now.uid === uid && (mode & 0o070) === 0) return;
    // Going on would hand the file to us, and lock out the hub that owns it.
    throw new DbError("read-only", `its owner (user ${uid}, group ${gid}) cannot be kept: run as that user`, {
      cause: error,
    });
  }
}

/** Makes the folder and its parents where they lack, private, owned like the nearest folder that was there. */
export async function makeFolder(folder: string): Promise<void> {
  if (statIfThere(folder) !== undefined) return;
  await makeFolder(dirname(folder));
  try {
    await mkdir(folder, PRIVATE_FOLDER);
    if (process.geteuid?.() === 0) {
      const parent = statSync(dirname(folder));
      const handle = await open(folder, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW);
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

function statIfThere(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch (error) {
    throw systemError(error, "read", path);
  }
}
