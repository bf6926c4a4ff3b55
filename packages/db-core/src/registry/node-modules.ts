/** The `node_modules` folders that Node would search from the roots, without those that anyone could have made. */
import { realpath, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { distrust } from "./root-trust.ts";
import type { Distrust } from "./root-trust.ts";
import type { SearchRoots } from "./roots.ts";
import { isOurs, isWritableByEveryone } from "./trust.ts";

export interface SearchPath {
  /** Existing `node_modules` folders, in the order in which they are searched. */
  readonly folders: readonly string[];
  /** What is there and not used: the reason why. */
  readonly skipped: ReadonlyMap<string, Skipped>;
}

/** `owner`: of what root must not load. */
export type Skipped = Pick<Distrust, "reason"> & Partial<Distrust>;

export async function searchPath(roots: SearchRoots): Promise<SearchPath> {
  const folders = new Map<string, string>();
  const skipped = new Map<string, Skipped>();
  const named = new Set(
    [roots.config, ...roots.callers, roots.besideCallers].flat().flatMap(nodeModulesAbove),
  );
  for (const folder of named) {
    const real = await realFolder(folder);
    if (real === undefined || folders.has(real)) continue;
    const open = await firstWritableByEveryone([dirname(folder), folder]);
    const refused =
      open === undefined
        ? await distrust(folder, roots.rootTrust)
        : { reason: `everyone can write to ${open}, so anyone could have put it there` };
    if (refused === undefined) folders.set(real, folder);
    else skipped.set(folder, refused);
  }
  for (const folder of roots.workingFolder === undefined ? [] : nodeModulesAbove(roots.workingFolder)) {
    const real = await realFolder(folder);
    if (real === undefined || folders.has(real) || skipped.has(folder)) continue;
    if ((await isOurs(dirname(folder))) && (await isOurs(folder))) folders.set(real, folder);
    else skipped.set(folder, { reason: "others can write there, and only the working folder leads to it" });
  }
  const refused = roots.refusedWorkingFolder;
  if (refused !== undefined && !named.has(join(refused, "node_modules"))) {
    skipped.set(refused, { reason: "it is only the working folder, and others can write to it" });
  }
  return { folders: [...folders.values()], skipped };
}

async function firstWritableByEveryone(folders: readonly string[]): Promise<string | undefined> {
  for (const folder of folders) if (await isWritableByEveryone(folder)) return folder;
  return undefined;
}

/** As Node does it: a folder named `node_modules` has no second one inside. */
function nodeModulesAbove(folder: string): readonly string[] {
  const above = folder === dirname(folder) ? [] : nodeModulesAbove(dirname(folder));
  return basename(folder) === "node_modules" ? above : [join(folder, "node_modules"), ...above];
}

/** Behind all links; `undefined` where there is no such folder. */
async function realFolder(path: string): Promise<string | undefined> {
  const found = await stat(path).catch(() => undefined);
  return found?.isDirectory() === true ? realpath(path) : undefined;
}
