import type { Capabilities } from "../backend/contract.ts";
import type { NodeConfig } from "./config.ts";
import { declaredPackages } from "./installed-plugins.ts";
import { loadPlugin } from "./load-plugin.ts";
import type { InstalledPackage } from "./package-folder.ts";
import { searchRoots } from "./roots.ts";
import type { From } from "./roots.ts";
import { isPlainObject } from "./values.ts";

export interface InstalledPlugin {
  /** The npm package. */
  readonly name: string;
  /** The package's own version. */
  readonly version: string;
  /** The version of the plugin API that it is made for, as its package.json says. */
  readonly apiVersion: number | undefined;
  readonly capabilities: Capabilities | undefined;
  /** Where it is installed, behind all links. */
  readonly folder: string;
  /** Why it cannot be used, and what to do; absent where it can. */
  readonly problem?: string;
}

export interface FindPluginsOptions {
  /** As for `openDatabase`. */
  readonly from?: From;
  /** The folder of its file is searched first, as `openDatabase` does. */
  readonly config?: Pick<NodeConfig, "folder">;
}

/**
 * The backends that `openDatabase` would find, by name. A package counts if its package.json declares it a
 * backend; no other package is imported.
 */
export async function findPlugins({ from, config }: FindPluginsOptions = {}): Promise<InstalledPlugin[]> {
  const packages = await declaredPackages(await searchRoots(config?.folder, from));
  return Promise.all(packages.map(describe));
}

async function describe(found: InstalledPackage): Promise<InstalledPlugin> {
  const { name, version, folder, declaration } = found;
  const api = isPlainObject(declaration) ? declaration["api"] : undefined;
  const plugin = { name, version, apiVersion: typeof api === "number" ? api : undefined, folder };
  try {
    const { capabilities } = await loadPlugin(found);
    return { ...plugin, capabilities };
  } catch (error) {
    return {
      ...plugin,
      capabilities: undefined,
      problem: error instanceof Error ? error.message : String(error),
    };
  }
}
