/** The exact command that installs a backend where this node will find it. */
import { dirname, join } from "node:path";
import { exists, packageManagerOf, projectManifest } from "./package-manager.ts";
import type { PackageManager } from "./package-manager.ts";
import { distrust } from "./root-trust.ts";
import type { RootTrust } from "./root-trust.ts";
import type { SearchRoots } from "./roots.ts";
import { isWritableByEveryone } from "./trust.ts";

export interface InstallCommand {
  readonly command: string;
  /** The folder to run it in; `undefined` where it does not matter. */
  readonly folder: string | undefined;
}

type Place = { readonly project: string } | { readonly globalOf: PackageManager };

export async function installCommand(name: string, roots: SearchRoots): Promise<InstallCommand> {
  const { rootTrust } = roots;
  const placeFrom = (ways: readonly string[]) => placeOf(ways, rootTrust);
  const callers = (await Promise.all(roots.callers.map(placeFrom))).filter((place) => place !== undefined);
  const place =
    // The node's own project goes before the global install of a tool, which may serve several nodes.
    callers.find((caller) => "project" in caller) ??
    callers[0] ??
    (await placeFrom(roots.config)) ??
    (await placeFrom([roots.workingFolder ?? []].flat()));
  if (place === undefined) return { command: `npm install ${name}`, folder: undefined };
  if ("globalOf" in place) return { command: `${GLOBAL[place.globalOf]} ${name}`, folder: undefined };
  const manager = await packageManagerOf(place.project);
  // At the root of a workspace pnpm wants to be told that the root is meant.
  const isRoot = manager === "pnpm" && (await exists(join(place.project, "pnpm-workspace.yaml")));
  return { command: `${LOCAL[manager]} ${isRoot ? "-w " : ""}${name}`, folder: place.project };
}

const LOCAL: Readonly<Record<PackageManager, string>> = {
  npm: "npm install",
  pnpm: "pnpm add",
  yarn: "yarn add",
  bun: "bun add",
};

const GLOBAL: Readonly<Record<PackageManager, string>> = {
  npm: "npm install -g",
  pnpm: "pnpm add -g",
  yarn: "yarn global add",
  bun: "bun add -g",
};

/** Folders of global installs, which can look like projects. */
const GLOBAL_FOLDERS: readonly (readonly [RegExp, PackageManager])[] = [
  [/[\\/]pnpm[\\/](?:global|store)[\\/]|[\\/]global[\\/]v\d+[\\/]/, "pnpm"],
  [/[\\/]yarn[\\/](?:data[\\/])?global[\\/]/i, "yarn"],
  [/[\\/]\.bun[\\/]install[\\/]global[\\/]/, "bun"],
];

/** What `npx` and `pnpm dlx` install is gone the next day. */
const SHORT_LIVED = /[\\/](?:_npx|dlx)[\\/]/;

/** Where a package would have to be installed to be found from a folder, to which these ways lead. */
async function placeOf(ways: readonly string[], trust: RootTrust | undefined): Promise<Place | undefined> {
  // What was installed itself: what counts is what it was installed into, not where a link to it is.
  const installed = ways.filter((way) => INSTALLED.test(way));
  if (installed.length === 0) return ways[0] === undefined ? undefined : projectAbove(ways[0], trust);
  const places = (await Promise.all(installed.map(placeOfInstalled))).filter((place) => place !== undefined);
  return places.find((place) => "project" in place) ?? places[0];
}

const INSTALLED = /[\\/]node_modules(?:[\\/]|$)/;

async function placeOfInstalled(folder: string): Promise<Place | undefined> {
  if (SHORT_LIVED.test(folder)) return undefined;
  const manager = GLOBAL_FOLDERS.find(([pattern]) => pattern.test(folder))?.[1];
  if (manager !== undefined) return { globalOf: manager };
  const [into = folder] = folder.split(INSTALLED, 1);
  return (await projectManifest(into)) === undefined ? { globalOf: "npm" } : { project: into };
}

async function projectAbove(folder: string, trust: RootTrust | undefined): Promise<Place | undefined> {
  const isProject = (await projectManifest(folder)) !== undefined;
  // In a folder of everyone's, and for root in one of others, what is installed would not be used (see trust.ts).
  if (isProject && !(await isWritableByEveryone(folder)) && (await distrust(folder, trust)) === undefined) {
    return { project: folder };
  }
  return folder === dirname(folder) ? undefined : projectAbove(dirname(folder), trust);
}
