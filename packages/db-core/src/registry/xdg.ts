/**
 * Where a hub keeps its files: the XDG folders, on every platform, as Python hubs do.
 * Source: https://specifications.freedesktop.org/basedir-spec/latest/
 */
import { homedir, userInfo } from "node:os";
import { isAbsolute, join, relative, resolve } from "node:path";
import { DbError } from "../errors.ts";

/** What hubs use in both XDG folders. */
const DEFAULT_SUBFOLDER = "hivemind-core";

/** `$XDG_DATA_HOME/<subfolder>`, by default `~/.local/share/<subfolder>`: where stores are. */
export function dataFolder(subfolder: string = DEFAULT_SUBFOLDER): string {
  return inside(xdgFolder("XDG_DATA_HOME", ".local/share"), subfolder);
}

/** `$XDG_CONFIG_HOME/<subfolder>`, by default `~/.config/<subfolder>`: where `server.json` is. */
export function configFolder(subfolder: string = DEFAULT_SUBFOLDER): string {
  return inside(xdgFolder("XDG_CONFIG_HOME", ".config"), subfolder);
}

/** The specification: an empty value counts as not set, and a relative path is invalid and to be ignored. */
function xdgFolder(variable: string, fallback: string): string {
  const value = process.env[variable];
  return value !== undefined && isAbsolute(value) ? value : join(homeFolder(variable), fallback);
}

function homeFolder(variable: string): string {
  // os.homedir() is $HOME, also where that is empty or relative; the user database knows better then.
  for (const find of [homedir, () => userInfo().homedir]) {
    const home = attempt(find);
    if (home !== undefined && isAbsolute(home)) return home;
  }
  throw new DbError("invalid", `this user has no home folder: set HOME, or ${variable} to an absolute path`);
}

/** Both throw where the user id is in no user database, as in containers that run under a made-up id. */
function attempt(find: () => string): string | undefined {
  try {
    return find();
  } catch {
    return undefined;
  }
}

/** A plugin validates its `subfolder` option and names it; what gets here regardless is a bug. */
function inside(folder: string, subfolder: string): string {
  const path = resolve(folder, subfolder);
  const way = relative(folder, path);
  if (isAbsolute(way) || way === ".." || /^\.\.[\\/]/.test(way) || subfolder.includes("\0")) {
    throw new TypeError("a subfolder must not lead out of its XDG folder");
  }
  return path;
}
