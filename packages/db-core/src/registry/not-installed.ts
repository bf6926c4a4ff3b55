import { DbError } from "../errors.ts";
import { installCommand } from "./install-command.ts";
import { searchPath } from "./node-modules.ts";
import type { InstalledPackage } from "./package-folder.ts";
import type { SearchRoots } from "./roots.ts";

/** Says which package, how to install it, what is installed, and where it was looked for. */
export async function notInstalledError(
  name: string,
  why: string,
  roots: SearchRoots,
  installed: readonly InstalledPackage[],
): Promise<DbError> {
  const { command, folder } = await installCommand(name, roots);
  const { folders, skipped } = await searchPath(roots);
  const pnp = process.versions["pnp"] === undefined ? [] : [PNP];
  const lines = [
    `the database backend ${name} is not installed${why}.`,
    `Install it: ${command}${folder === undefined ? "" : ` (in ${folder})`}`,
    `Installed backends: ${list(installed.map((one) => `${one.name} ${one.version}`))}`,
    folders.length === 0
      ? `There is no node_modules above ${list(startsOf(roots))}`
      : `Looked in: ${list(folders)}`,
    ...[...skipped].map(([path, reason]) => `Not looked in: ${path}, because ${reason}`),
    ...pnp,
  ];
  return new DbError("not-installed", lines.join("\n"), { backend: name });
}

const PNP = `Yarn's Plug'n'Play keeps no node_modules: set "nodeLinker: node-modules", or give the backend to openDatabase as { plugins }`;

function startsOf({ config, callers, workingFolder }: SearchRoots): readonly string[] {
  return [...new Set([config, callers, workingFolder ?? []].flat(2))];
}

function list(items: readonly string[]): string {
  return items.length === 0 ? "none" : items.join(", ");
}
