/** Where a store keeps what: the files of Python hubs, and our own beside them. */
import { lstatSync, readlinkSync, realpathSync } from "node:fs";
import { basename, dirname, extname, join, resolve } from "node:path";

export interface StoreFiles {
  /** The clients, by the name that the config gives. */
  readonly clients: string;
  /** Beside it by that name, whatever a symlink says: there Python hubs look for it. Absent: schema 1. */
  readonly schemaVersion: string;
}

/** The real places, found anew for each write: all who reach one file through any link must take one lock. */
export interface RealFiles {
  readonly clients: string;
  readonly lock: string;
}

export function storeFiles(folder: string, name: string, encrypted: boolean): StoreFiles {
  return {
    clients: join(folder, `${name}.${encrypted ? "ejson" : "json"}`),
    schemaVersion: join(folder, `${name}.schema_version`),
  };
}

export function realFiles({ clients }: StoreFiles): RealFiles {
  const real = followLinks(clients);
  return { clients: real, lock: beside(real, ".lock") };
}

/** Our own file (store id, node state) beside the clients, in the same form: plain or encrypted. */
export function ownFile(files: StoreFiles): string {
  const { clients } = realFiles(files);
  return beside(clients, `.hivemind${extname(clients)}`);
}

/** The clients as they were before the schema was upgraded. */
export function backupFile({ clients }: RealFiles): string {
  return `${clients}.schema-1.bak`;
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
