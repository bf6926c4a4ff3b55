/**
 * Whose code may be loaded. Node takes a package from the `node_modules` of every folder above the one that it
 * starts from. With a config, a script or a shell in `/tmp/x` that includes `/tmp/node_modules`, which any user
 * of the machine can make: the backend, with all credentials, would be theirs. Hence:
 *
 * - A `node_modules` is not used where everyone can write to it or to the folder that it is in. A sticky bit, as
 *   on `/tmp`, forbids deleting what others made, not making what is missing.
 * - The working folder is nobody's declared wish, only where a shell happened to be. It counts where nobody but
 *   us and root can write, and nobody else can put another folder in its place.
 *
 * Windows has other rights than these bits, which Node does not show: there the first rule cannot be checked,
 * and the working folder never counts.
 */
import { stat } from "node:fs/promises";
import { dirname, resolve } from "node:path";

const BY_EVERYONE = 0o002;
const BY_OTHERS = 0o022;
const STICKY = 0o1000;

const hasRights = process.platform !== "win32";

export async function isWritableByEveryone(folder: string): Promise<boolean> {
  return hasRights && ((await stat(folder)).mode & BY_EVERYONE) !== 0;
}

/** Nobody but us and root can put anything into this folder. */
export async function isOurs(folder: string): Promise<boolean> {
  if (!hasRights) return false;
  const { mode, uid } = await stat(folder);
  return (mode & BY_OTHERS) === 0 && (uid === 0 || uid === process.getuid?.());
}

/** Nobody but us and root can put anything into this folder, or another folder in its place. */
export async function isOursAllTheWay(folder: string): Promise<boolean> {
  if (!(await isOurs(folder))) return false;
  for (let parent = resolve(folder); parent !== dirname(parent);) {
    parent = dirname(parent);
    const { mode } = await stat(parent);
    if ((mode & STICKY) === 0 && !(await isOurs(parent))) return false;
  }
  return true;
}
