import { join } from "node:path";
import { declaredFile } from "./declaration.ts";
import type { InstalledPackage } from "./package-folder.ts";
import { distrust } from "./root-trust.ts";
import type { Distrust, RootTrust } from "./root-trust.ts";

/**
 * Why root must not load this package from this `node_modules`; `undefined` where it may. What its entry imports
 * is not looked at: others can write there only if whoever installed it as root has seen to that.
 */
export async function distrustPackage(
  nodeModules: string,
  found: InstalledPackage,
  trust: RootTrust | undefined,
): Promise<Distrust | undefined> {
  // What declares nothing is not imported.
  if (trust === undefined || found.declaration === undefined) return undefined;
  // An entry that cannot be used is an error of its own, when it is to be loaded.
  const entry = await declaredFile(found).catch(() => found.folder);
  for (const path of [join(nodeModules, found.name), join(found.folder, "package.json"), entry]) {
    const refused = await distrust(path, trust);
    if (refused !== undefined) return refused;
  }
  return undefined;
}
