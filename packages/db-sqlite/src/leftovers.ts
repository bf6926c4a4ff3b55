/** Files that a program which was killed left beside the store. A copy holds all secrets. */
import { readdirSync, rmSync, statSync } from "node:fs";
import { basename, dirname, join } from "node:path";

/** Nobody works on one file for that long. */
const OLD_MS = 3_600_000;

export function leftovers(path: string): readonly string[] {
  const folder = dirname(path);
  return readdirSync(folder)
    .filter((name) => name.startsWith(`.${basename(path)}`) && /\.tmp(?:-journal|-wal|-shm)?$/.test(name))
    .map((name) => join(folder, name))
    .filter((file) => Date.now() - (statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? Infinity) > OLD_MS);
}

export function removeLeftovers(path: string): void {
  for (const file of leftovers(path)) rmSync(file, { force: true });
}
