/**
 * The folders from which a backend is looked for, in this order:
 *
 * 1. the folder of the config;
 * 2. what the caller names with `from`: the node's own entry (`import.meta.url`);
 * 3. the folder of the running script, as it was called and behind its links: a global install has the backends
 *    beside the command;
 * 4. the working folder, if nobody else can write there (see trust.ts).
 *
 * Never from the place of this package: under pnpm's strict layout only its own dependencies are there, and where
 * more is there it is some other program's choice.
 */
import { readdir, realpath, stat } from "node:fs/promises";
import { dirname, isAbsolute, join } from "node:path";
import { fileURLToPath } from "node:url";
import { rootTrust } from "./root-trust.ts";
import type { RootTrust } from "./root-trust.ts";
import { isOursAllTheWay } from "./trust.ts";

export type From = string | URL | readonly (string | URL)[];

/** A folder as it was named, and as it is called behind its links. */
type Ways = readonly string[];

export interface SearchRoots {
  readonly config: Ways;
  /** What the node's or the caller's own code is in: each in all ways that lead to it. */
  readonly callers: readonly Ways[];
  /** Where else packages are that were installed beside the caller's. */
  readonly besideCallers: readonly string[];
  /** The working folder; `undefined` where it must not be used, or cannot be told. */
  readonly workingFolder: string | undefined;
  /** A working folder that is not used because others can write to it. */
  readonly refusedWorkingFolder: string | undefined;
  /** Whose code root may run; `undefined` where we are not root. */
  readonly rootTrust: RootTrust | undefined;
}

export async function searchRoots(configFolder: string | undefined, from: From = []): Promise<SearchRoots> {
  const script = runningScript();
  const named = [from].flat().map((item: string | URL) => pathOf(item));
  const callers = [...new Set([...named, script ?? []].flat())];
  const cwd = workingFolder();
  const isUsable = cwd !== undefined && (await isOursAllTheWay(cwd).catch(() => false));
  return {
    config: configFolder === undefined ? [] : await waysTo(configFolder),
    callers: await Promise.all(callers.map(waysTo)),
    besideCallers: script === undefined ? [] : await pnpmGlobalGroups(script),
    workingFolder: isUsable ? cwd : undefined,
    refusedWorkingFolder: isUsable ? undefined : cwd,
    rootTrust: await rootTrust(script),
  };
}

function pathOf(from: string | URL): string {
  const path = from instanceof URL || from.startsWith("file:") ? fileURLToPath(from) : from;
  if (isAbsolute(path)) return path;
  throw new TypeError("`from` must be a file URL (import.meta.url) or an absolute path");
}

/** Node's own `argv[1]`, absolute; not so after `node -e` and `node -`, where it is the user's first argument. */
function runningScript(): string | undefined {
  const isEvaluated = process.execArgv.some((argument) =>
    /^(?:-e|-p|-pe|--eval|--print)(?:=|$)/.test(argument),
  );
  const script = isEvaluated ? undefined : process.argv[1];
  return script !== undefined && isAbsolute(script) ? script : undefined;
}

async function waysTo(path: string): Promise<Ways> {
  const real = await realpath(path).catch(() => path);
  return [...new Set([await folderOf(path), await folderOf(real)])];
}

async function folderOf(path: string): Promise<string> {
  const isFolder = await stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
  return isFolder ? path : dirname(path);
}

/**
 * pnpm gives each globally installed package a folder of its own (`<home>/global/v11/<group>/node_modules`, since
 * pnpm 11), so "beside the caller" is in the folders beside the caller's.
 */
async function pnpmGlobalGroups(script: string): Promise<readonly string[]> {
  const groups = /^(.*?[\\/]global[\\/]v\d+)[\\/][^\\/]+[\\/]node_modules[\\/]/.exec(script)?.[1];
  if (groups === undefined) return [];
  const names = await readdir(groups).catch(() => []);
  // Each group is there twice: under its real name, and as a link named after what it holds.
  const real = await Promise.all(
    names.map((name) => realpath(join(groups, name)).catch(() => join(groups, name))),
  );
  return [...new Set(real)].toSorted();
}

/** Throws where the folder was deleted meanwhile. */
function workingFolder(): string | undefined {
  try {
    return process.cwd();
  } catch {
    return undefined;
  }
}
