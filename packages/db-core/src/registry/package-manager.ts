/** Which package manager the operator uses where a backend has to be installed. */
import { readFile, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { isPlainObject } from "./values.ts";

export type PackageManager = "npm" | "pnpm" | "yarn" | "bun";

const LOCKFILES: readonly (readonly [string, PackageManager])[] = [
  ["pnpm-lock.yaml", "pnpm"],
  ["yarn.lock", "yarn"],
  ["bun.lock", "bun"],
  ["bun.lockb", "bun"],
  ["package-lock.json", "npm"],
  ["npm-shrinkwrap.json", "npm"],
];

/**
 * Of the project in this folder: what its package.json or lockfile says, or that of the workspace above; else
 * what this process was started with; else npm. The project goes first, for `npm start` is also said in projects
 * that pnpm installs.
 */
export async function packageManagerOf(project: string): Promise<PackageManager> {
  for (let folder = project; ; folder = dirname(folder)) {
    const found = (await namedInManifest(folder)) ?? (await lockedBy(folder));
    if (found !== undefined) return found;
    if (folder === dirname(folder)) return runningManager() ?? "npm";
  }
}

/** What started this process as a script: `npm_config_user_agent` is "pnpm/12.21.0 npm/? node/v24...". */
function runningManager(): PackageManager | undefined {
  return managerIn(process.env["npm_config_user_agent"]?.split("/")[0]);
}

/** `"packageManager": "pnpm@12.21.0"` */
async function namedInManifest(folder: string): Promise<PackageManager | undefined> {
  const manifest = await projectManifest(folder);
  const named = manifest?.["packageManager"];
  return typeof named === "string" ? managerIn(named.split("@")[0]) : undefined;
}

function managerIn(name: string | undefined): PackageManager | undefined {
  return name === "npm" || name === "pnpm" || name === "yarn" || name === "bun" ? name : undefined;
}

async function lockedBy(folder: string): Promise<PackageManager | undefined> {
  for (const [file, manager] of LOCKFILES) if (await exists(join(folder, file))) return manager;
  return undefined;
}

/** The package.json of a folder, where it is one of a project and not only a mark for Node (`"type"`). */
export async function projectManifest(
  folder: string,
): Promise<{ readonly [key: string]: unknown } | undefined> {
  const text = await readFile(join(folder, "package.json"), "utf8").catch(() => "null");
  try {
    const manifest: unknown = JSON.parse(text);
    const isProject = isPlainObject(manifest) && Object.keys(manifest).some((key) => key !== "type");
    return isProject ? manifest : undefined;
  } catch {
    return undefined;
  }
}

export async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
