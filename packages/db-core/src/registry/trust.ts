/**
 * Whose code may be loaded. Node takes a package from the `node_modules` of every folder above the one that it
 * starts from. With a config, a script or a shell in `/tmp/x` that includes `/tmp/node_modules`, which any user
 * of the machine can make: the backend, with all credentials, would be theirs. Hence:
 *
 * - A `node_modules` is not used where everyone can write to it or to the folder that it is in. A sticky bit, as
 *   on `/tmp`, forbids deleting what others made, not making what is missing.
 * - The working folder is nobody's declared wish, only where a shell happened to be. It counts where nobody but
 *   us and root can write, and nobody else can put another folder in its place.
 * - Root takes code only from root, and from whoever could have replaced the running script (its owner, those of
 *   the folders above it, the groups that can write there), whose code it runs already. This goes for the
 *   `node_modules`, the package, its entry, and all folders above them. For the config is found by HOME, and
 *   under `sudo` that can be the hub user's: what this user puts beside the config must not run as root.
 *   So a hub that runs as its own user is not concerned; root's global install and a container in which all is
 *   root's work; so does a checkout of user 1000 that is run as root, since this user's code is what runs; and
 *   root's command with a backend in an operator's or the hub's own home is refused, with advice (see
 *   not-installed.ts). `from` is not trusted for being named: it can be any folder. See root-trust.ts.
 *
 * Windows has other rights than these bits, which Node does not show: there the first and the third rule
 * cannot be checked, and the working folder never counts.
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
