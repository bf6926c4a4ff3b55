import { DbError } from "../errors.ts";
import { meantName } from "./aliases.ts";
import { installCommand } from "./install-command.ts";
import { searchPath } from "./node-modules.ts";
import type { Scan } from "./installed-plugins.ts";
import type { Skipped } from "./node-modules.ts";
import type { SearchRoots } from "./roots.ts";

/** Says which package, how to install it, what is installed, and where it was looked for. */
export async function notInstalledError(
  name: string,
  why: string,
  roots: SearchRoots,
  { declared, refused }: Scan,
): Promise<DbError> {
  const { command, folder } = await installCommand(name, roots);
  const { folders, skipped } = await searchPath(roots);
  const meant = meantName(name);
  const pnp = process.versions["pnp"] === undefined ? [] : [PNP];
  const lines = [
    `the database backend ${name} is not installed${why}.`,
    `${meant === undefined ? "Install it" : `Did you mean ${meant}? Else install it`}: ${command}${folder === undefined ? "" : ` (in ${folder})`}`,
    `Installed backends: ${list(declared.map((one) => `${one.name} ${one.version}`))}`,
    folders.length === 0
      ? `There is no node_modules above ${list(startsOf(roots))}`
      : `Looked in: ${list(folders)}`,
    ...[...skipped].map(([path, { reason }]) => `Not looked in: ${path}, because ${reason}`),
    ...[...refused].map(([path, { reason }]) => `Not loaded: ${path}, because ${reason}`),
    ...rootAdvice([...skipped.values(), ...refused.values()]),
    ...pnp,
  ];
  return new DbError("not-installed", lines.join("\n"), { backend: name });
}

/** For root, which could load what it must not: whose it is can be run by its owner. */
function rootAdvice(refused: readonly Skipped[]): readonly string[] {
  const reasons = refused.filter((one) => "owner" in one);
  if (reasons.length === 0) return [];
  const owners = [...new Set(reasons.flatMap(({ owner }) => owner ?? []))];
  // By number: what the user is called here is not for Node to know, and sudo takes this as well.
  const asOwner = owners.map((owner) => `sudo -u '#${owner}' ...`).join(" or ");
  const instead = asOwner === "" ? "" : `, or run it as the user whose backend that is: ${asOwner}`;
  return [
    `Root loads only what nobody else can change. Install the backend as root beside the command${instead}`,
  ];
}

const PNP = `Yarn's Plug'n'Play keeps no node_modules: set "nodeLinker: node-modules", or give the backend to openDatabase as { plugins }`;

function startsOf({ config, callers, workingFolder }: SearchRoots): readonly string[] {
  return [...new Set([config, callers, workingFolder ?? []].flat(2))];
}

function list(items: readonly string[]): string {
  return items.length === 0 ? "none" : items.join(", ");
}
