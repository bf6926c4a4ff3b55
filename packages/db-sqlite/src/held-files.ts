/**
 * The database files that this process has open. POSIX locks belong to a process, not to a descriptor: closing
 * any descriptor of a file drops every lock that SQLite holds on it here. So what we read ourselves stays open
 * until the last connection to that file is closed. Source: https://sqlite.org/howtocorrupt.html, 2.2
 */
import { closeSync, openSync, readSync, statSync } from "node:fs";

export interface FileIdentity {
  readonly dev: bigint;
  readonly ino: bigint;
  readonly size: bigint;
}

interface Held {
  connections: number;
  readonly descriptors: number[];
}

const held = new Map<string, Held>();

/** `undefined` where there is no file. Throws the errors of the system. */
export function identityOf(path: string): FileIdentity | undefined {
  try {
    return statSync(path, { bigint: true, throwIfNoEntry: false });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOTDIR") return undefined;
    throw error;
  }
}

export function isSameFile(a: FileIdentity | undefined, b: FileIdentity | undefined): boolean {
  return a !== undefined && b !== undefined && a.ino === b.ino && a.dev === b.dev;
}

/** Call it before a connection to the file is opened, and what it answers after that is closed. */
export function holdFile(identity: FileIdentity): () => void {
  const entry = entryOf(identity);
  entry.connections += 1;
  let released = false;
  return () => {
    if (released) return;
    released = true;
    entry.connections -= 1;
    if (entry.connections > 0) return;
    held.delete(keyOf(identity));
    for (const descriptor of entry.descriptors) closeSync(descriptor);
  };
}

/** The first bytes of a file that is held. */
export function readStart(path: string, identity: FileIdentity, bytes: number): Buffer {
  const { descriptors } = entryOf(identity);
  const [open = openSync(path, "r")] = descriptors;
  if (descriptors.length === 0) descriptors.push(open);
  const start = Buffer.alloc(bytes);
  return start.subarray(0, readSync(open, start, 0, bytes, 0));
}

function entryOf(identity: FileIdentity): Held {
  const key = keyOf(identity);
  const entry = held.get(key) ?? { connections: 0, descriptors: [] };
  held.set(key, entry);
  return entry;
}

function keyOf({ dev, ino }: FileIdentity): string {
  return `${dev}:${ino}`;
}
