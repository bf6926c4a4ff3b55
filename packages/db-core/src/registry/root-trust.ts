/** What root may load: the third rule of trust.ts. */
import { lstat, realpath } from "node:fs/promises";
import type { Stats } from "node:fs";
import { dirname, resolve } from "node:path";

const BY_GROUP = 0o020;
const BY_EVERYONE = 0o002;
const STICKY = 0o1000;

/** Who could have put anything there that root runs: they could have replaced the running script as well. */
export interface RootTrust {
  readonly users: ReadonlySet<number>;
  readonly groups: ReadonlySet<number>;
}

export interface Distrust {
  /** For the end of a sentence. */
  readonly reason: string;
  /** Whose it is; `undefined` where it is root's, and others can write to it. */
  readonly owner: number | undefined;
}

/** `undefined` where this process is not root, or the platform does not tell: then this rule does not apply. */
export async function rootTrust(script: string | undefined): Promise<RootTrust | undefined> {
  if (process.geteuid?.() !== 0) return undefined;
  const users = new Set([0]);
  const groups = new Set<number>();
  const real = script === undefined ? undefined : await realpath(script).catch(() => undefined);
  for (const path of real === undefined ? [] : wayUp(real)) {
    const stats = await lstat(path);
    users.add(stats.uid);
    if (canOthersReplace(stats) && (stats.mode & BY_GROUP) !== 0) groups.add(stats.gid);
  }
  return { users, groups };
}

/** Why root must not load what is at this path; `undefined` where it may. */
export async function distrust(path: string, trust: RootTrust | undefined): Promise<Distrust | undefined> {
  if (trust === undefined) return undefined;
  // As it is called, since a link on the way can be replaced as well, and what is behind the links.
  for (const step of new Set([...wayUp(path), ...wayUp(await realpath(path))])) {
    const found = distrustOf(step, await lstat(step), trust);
    if (found !== undefined) return found;
  }
  return undefined;
}

function distrustOf(path: string, stats: Stats, { users, groups }: RootTrust): Distrust | undefined {
  const { uid, gid, mode } = stats;
  if (!users.has(uid)) return { reason: `this runs as root, and ${path} is user ${uid}'s`, owner: uid };
  const who = canOthersReplace(stats) ? writers(mode, groups.has(gid)) : undefined;
  if (who === undefined) return undefined;
  return { reason: `this runs as root, and ${who} can write to ${path}`, owner: uid === 0 ? undefined : uid };
}

function writers(mode: number, isTrustedGroup: boolean): string | undefined {
  if ((mode & BY_EVERYONE) !== 0) return "everyone";
  return (mode & BY_GROUP) !== 0 && !isTrustedGroup ? "its group" : undefined;
}

/** A link has no rights of its own. In a sticky folder, as `/tmp` is, nobody can replace what others own. */
function canOthersReplace(stats: Stats): boolean {
  return !stats.isSymbolicLink() && !(stats.isDirectory() && (stats.mode & STICKY) !== 0);
}

/** The path and every folder above it: who can write to one of them can put something else in its place. */
function wayUp(path: string): readonly string[] {
  const absolute = resolve(path);
  const above = dirname(absolute);
  return above === absolute ? [absolute] : [absolute, ...wayUp(above)];
}
