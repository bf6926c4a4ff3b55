import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { isPackageName, packageOf } from "./aliases.ts";
import { loadPlugin } from "./load-plugin.ts";
import { searchPath } from "./node-modules.ts";
import type { Skipped } from "./node-modules.ts";
import { notInstalledError } from "./not-installed.ts";
import { readPackage } from "./package-folder.ts";
import type { InstalledPackage } from "./package-folder.ts";
import { distrustPackage } from "./package-trust.ts";
import type { Candidate, PluginSource } from "./plugin-source.ts";
import type { SearchRoots } from "./roots.ts";

/** The backends that are installed where this node can load them. */
export function installedPlugins(roots: SearchRoots): PluginSource {
  return {
    find: async (module) => {
      const found = await findPackage(roots, packageOf(module));
      return found && candidate(found);
    },
    all: async () => (await declaredPackages(roots)).map(candidate),
    notInstalled: async (name, why) => notInstalledError(name, why, roots, await scan(roots)),
  };
}

function candidate(found: InstalledPackage): Candidate {
  return {
    name: found.name,
    label: `${found.name} ${found.version}`,
    folder: found.folder,
    load: () => loadPlugin(found),
  };
}

async function findPackage(roots: SearchRoots, name: string): Promise<InstalledPackage | undefined> {
  if (!isPackageName(name)) return undefined;
  const { folders } = await searchPath(roots);
  for (const nodeModules of folders) {
    const found = await readPackage(nodeModules, name);
    if (found === undefined) continue;
    if ((await distrustPackage(nodeModules, found, roots.rootTrust)) === undefined) return found;
  }
  return undefined;
}

/** Every installed package that declares itself a backend in its package.json. None is imported for that. */
export async function declaredPackages(roots: SearchRoots): Promise<readonly InstalledPackage[]> {
  return (await scan(roots)).declared;
}

export interface Scan {
  /** Backends that can be loaded. */
  readonly declared: readonly InstalledPackage[];
  /** Backends that must not be, by path. */
  readonly refused: ReadonlyMap<string, Skipped>;
}

async function scan(roots: SearchRoots): Promise<Scan> {
  const byName = new Map<string, InstalledPackage>();
  const refused = new Map<string, Skipped>();
  const { folders } = await searchPath(roots);
  for (const nodeModules of folders) {
    for (const name of await packageNames(nodeModules)) {
      if (byName.has(name)) continue;
      const found = await readPackage(nodeModules, name);
      if (found === undefined) continue;
      const distrust = await distrustPackage(nodeModules, found, roots.rootTrust);
      // The first one of a name is the one that is loaded, also where it is no backend.
      if (distrust === undefined) byName.set(name, found);
      else refused.set(join(nodeModules, name), distrust);
    }
  }
  const declared = [...byName.values()].filter(({ declaration }) => declaration !== undefined);
  return { declared: declared.toSorted((a, b) => (a.name < b.name ? -1 : 1)), refused };
}

async function packageNames(nodeModules: string): Promise<readonly string[]> {
  const names = await readdir(nodeModules).catch(() => []);
  const scoped = names
    .filter((name) => name.startsWith("@"))
    .map(async (scope) => {
      const inside = await readdir(join(nodeModules, scope)).catch(() => []);
      return inside.map((name) => `${scope}/${name}`);
    });
  return [...names, ...(await Promise.all(scoped)).flat()].filter(isPackageName);
}
