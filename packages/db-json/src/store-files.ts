/** Where a store keeps what: the files of Python hubs, and our own beside them. */
import { lstatSync, readdirSync, readlinkSync, realpathSync } from "node:fs";
import { basename, dirname, extname, join, resolve } from "node:path";
import { systemError } from "@hivemind/db-core/backend";

export interface StoreFiles {
  /** The clients, by the name that the config gives. */
  readonly clients: string;
  /** Beside it by that name, where Python hubs look for it; itself it may be a symlink. Absent: schema 1. */
  readonly schemaVersion: string;
}

/** The real places, found anew for each write: all who reach one file through any link must take one lock. */
export interface RealFiles {
  readonly clients: string;
  readonly schemaVersion: string;
  /** Ours: the store's id and the node's state, in the same form as the clients: plain or encrypted. */
  readonly own: string;
  readonly lock: string;
  /** The clients as they were before the schema was upgraded; where it is there already, `.<time>` is added. */
  readonly backup: string;
}

export function storeFiles(folder: string, name: string, encrypted: boolean): StoreFiles {
  return {
    clients: join(folder, `${name}.${encrypted ? "ejson" : "json"}`),
    schemaVersion: join(folder, `${name}.schema_version`),
  };
}

/** Throws `DbError` where the way there cannot be followed. */
export function realFiles(files: StoreFiles): RealFiles {
  try {
    const clients = followLinks(files.clients);
    return {
      clients,
      schemaVersion: followLinks(files.schemaVersion),
      own: beside(clients, `.hivemind${extname(clients)}`),
      lock: beside(clients, ".lock"),
      backup: `${clients}.schema-1.bak`,
    };
  } catch (error) {
    throw systemError(error, "read", files.clients);
  }
}

/** All that upgrades have left: with every secret as it was then. */
export function backupsOf({ backup }: RealFiles): readonly string[] {
  const folder = dirname(backup);
  try {
    const names = readdirSync(folder).filter((name) => name.startsWith(basename(backup)));
    return names.map((name) => join(folder, name));
  } catch (error) {
    throw systemError(error, "read", folder);
  }
}

function beside(path: string, extension: string): string {
  return join(dirname(path), basename(path, extname(path)) + extension);
}

/** The file behind the links, also where it does not exist yet. */
function followLinks(path: string, hops = 0): string {
  const folder = realFolder(dirname(path));
  const place = join(folder, basename(path));
  const isLink = lstatSync(place, { throwIfNoEntry: false })?.isSymbolicLink() === true;
  // The system's own limit; beyond it every access fails with ELOOP, which says it better than we could.
  if (!isLink || hops > 40) return place;
  return followLinks(resolve(folder, readlinkSync(place)), hops + 1);
}

function realFolder(folder: string): string {
  try {
    return realpathSync(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return folder;
    throw error;
  }
}
