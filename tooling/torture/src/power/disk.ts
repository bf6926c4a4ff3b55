/**
 * A disk of which only what was flushed is certain. It follows the system calls of one process below one folder,
 * and can say what may be there after the power has failed: a file has what its last fsync found, and of later
 * writes any; a folder has the names that its last fsync found, and of later changes the first few, in order.
 */
import { dirname } from "node:path";
import type { SystemCall } from "./system-call.ts";

/** `null`: a folder. */
interface Node {
  readonly isFolder: boolean;
  durable: Buffer;
  /** Since the last fsync, with the time each was made. */
  pending: readonly { readonly at: number; readonly change: FileChange }[];
}

type FileChange =
  | { readonly kind: "write"; readonly offset: number; readonly bytes: Buffer }
  | { readonly kind: "truncate"; readonly size: number };

interface NameChange {
  readonly at: number;
  readonly folder: string;
  /** All of one change: a rename takes one name away and gives another. */
  readonly names: readonly (readonly [path: string, node: Node | undefined])[];
}

/** What survives of the things that were not flushed. */
export interface Luck {
  keepsWrite(): boolean;
  /** How many of the folder's changes, of so many. */
  keepsNames(of: number): number;
}

export const NOTHING: Luck = { keepsWrite: () => false, keepsNames: () => 0 };
export const EVERYTHING: Luck = { keepsWrite: () => true, keepsNames: (of) => of };

export class Disk {
  readonly #root: string;
  readonly #names = new Map<string, Node>();
  readonly #durableNames = new Map<string, Node>();
  #pendingNames: readonly NameChange[] = [];
  readonly #open = new Map<
    number,
    { readonly node: Node; readonly path: string; offset: number; append: boolean }
  >();
  #now = 0;

  /** `root` is there, is empty, and stays. */
  constructor(root: string) {
    this.#root = root;
  }

  /** True where the call changed what may be on the disk. */
  follow(call: SystemCall): boolean {
    this.#now += 1;
    if (call.result < 0) return false;
    switch (call.name) {
      case "openat":
        return this.#openFile(pathOf(call.args[1]), String(call.args[2]), call.result);
      case "close":
        this.#open.delete(Number(call.args[0]));
        return false;
      case "write":
        return this.#write(Number(call.args[0]), undefined, call.args[1], call.result);
      case "pwrite64":
        return this.#write(Number(call.args[0]), Number(call.args[3]), call.args[1], call.result);
      case "ftruncate":
        return this.#change(Number(call.args[0]), { kind: "truncate", size: Number(call.args[1]) });
      case "fsync":
      case "fdatasync":
        return this.#flush(Number(call.args[0]), call.begunAfter);
      case "rename":
        return this.#rename(pathOf(call.args[0]), pathOf(call.args[1]));
      case "link":
        return this.#link(pathOf(call.args[0]), pathOf(call.args[1]));
      case "unlink":
      case "rmdir":
        return this.#rename(pathOf(call.args[0]), undefined);
      case "mkdir":
        return this.#make(pathOf(call.args[0]), true) !== undefined;
      default:
        throw new Error(`the disk does not know what ${call.name} does`);
    }
  }

  /** Every file that may be there, by its path below the root; a folder has `undefined`. */
  after(luck: Luck): ReadonlyMap<string, Buffer | undefined> {
    const names = new Map(this.#durableNames);
    for (const changes of Map.groupBy(this.#pendingNames, ({ folder }) => folder).values())
      for (const { names: some } of changes.slice(0, luck.keepsNames(changes.length))) rename(names, some);
    const reachable = [...names].filter(([path]) => this.#isReachable(path, names));
    return new Map(
      reachable.map(([path, node]) => [
        path.slice(this.#root.length + 1),
        node.isFolder ? undefined : contentOf(node, luck),
      ]),
    );
  }

  #isReachable(path: string, names: ReadonlyMap<string, Node>): boolean {
    const folder = dirname(path);
    return folder === this.#root || (names.has(folder) && this.#isReachable(folder, names));
  }

  #openFile(path: string, flags: string, descriptor: number): boolean {
    if (path === this.#root) {
      this.#open.set(descriptor, { node: folderNode(), path, offset: 0, append: false });
      return false;
    }
    const known = this.#names.get(path);
    const node = known ?? (flags.includes("O_CREAT") ? this.#make(path, false) : undefined);
    if (node === undefined) return false;
    this.#open.set(descriptor, { node, path, offset: 0, append: flags.includes("O_APPEND") });
    if (known !== undefined && flags.includes("O_TRUNC"))
      this.#change(descriptor, { kind: "truncate", size: 0 });
    return known === undefined || flags.includes("O_TRUNC");
  }

  #make(path: string, isFolder: boolean): Node | undefined {
    if (!path.startsWith(`${this.#root}/`)) return undefined;
    const node = isFolder ? folderNode() : { isFolder, durable: Buffer.alloc(0), pending: [] };
    this.#name([[path, node]], dirname(path));
    return node;
  }

  #rename(from: string, to: string | undefined): boolean {
    const node = this.#names.get(from);
    if (node === undefined) return false;
    this.#name([...(to === undefined ? [] : [[to, node] as const]), [from, undefined]], dirname(from));
    return true;
  }

  #link(from: string, to: string): boolean {
    const node = this.#names.get(from);
    if (node === undefined) return false;
    this.#name([[to, node]], dirname(to));
    return true;
  }

  #name(names: NameChange["names"], folder: string): void {
    rename(this.#names, names);
    this.#pendingNames = [...this.#pendingNames, { at: this.#now, folder, names }];
  }

  #write(descriptor: number, at: number | undefined, data: unknown, count: number): boolean {
    const file = this.#open.get(descriptor);
    if (file === undefined || !Buffer.isBuffer(data)) return false;
    const end = file.append ? contentOf(file.node, EVERYTHING).length : file.offset;
    const offset = at ?? end;
    if (at === undefined) file.offset = offset + count;
    return this.#change(descriptor, { kind: "write", offset, bytes: data.subarray(0, count) });
  }

  #change(descriptor: number, change: FileChange): boolean {
    const node = this.#open.get(descriptor)?.node;
    if (node === undefined || node.isFolder) return false;
    node.pending = [...node.pending, { at: this.#now, change }];
    return true;
  }

  #flush(descriptor: number, begunAfter: number): boolean {
    const file = this.#open.get(descriptor);
    if (file === undefined) return false;
    const { node, path } = file;
    if (node.isFolder) {
      const flushed = this.#pendingNames.filter(({ at, folder }) => folder === path && at <= begunAfter);
      for (const { names } of flushed) rename(this.#durableNames, names);
      this.#pendingNames = this.#pendingNames.filter((change) => !flushed.includes(change));
      return flushed.length > 0;
    }
    const flushed = node.pending.filter(({ at }) => at <= begunAfter);
    node.durable = flushed.reduce((bytes, { change }) => changed(bytes, change), node.durable);
    node.pending = node.pending.slice(flushed.length);
    return flushed.length > 0;
  }
}

function rename(names: Map<string, Node>, changes: NameChange["names"]): void {
  for (const [path, node] of changes) {
    if (node === undefined) names.delete(path);
    else names.set(path, node);
  }
}

function contentOf(node: Node, luck: Luck): Buffer {
  return node.pending.reduce(
    (bytes, { change }) => (luck.keepsWrite() ? changed(bytes, change) : bytes),
    node.durable,
  );
}

function changed(bytes: Buffer, change: FileChange): Buffer {
  const size =
    change.kind === "truncate" ? change.size : Math.max(bytes.length, change.offset + change.bytes.length);
  const next = Buffer.alloc(size);
  bytes.copy(next, 0, 0, Math.min(size, bytes.length));
  if (change.kind === "write") change.bytes.copy(next, change.offset);
  return next;
}

const folderNode = (): Node => ({ isFolder: true, durable: Buffer.alloc(0), pending: [] });
const pathOf = (argument: unknown): string => (Buffer.isBuffer(argument) ? argument.toString() : "");
