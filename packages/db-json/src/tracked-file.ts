/**
 * A file that is read again only when it has changed, and always when it has.
 *
 * The descriptor of the version that was read stays open: while it is, no other file can get its inode
 * number, so a replaced file is never taken for the old one. A file written in place (older Python plugins)
 * shows in its times; those tick coarsely, so for a moment after a change the bytes themselves are compared.
 */
import { closeSync, fstatSync, openSync, readFileSync, statSync } from "node:fs";
import type { BigIntStats } from "node:fs";
import { DbError, systemError } from "@hivemind/db-core/backend";

/** More than two ticks of a kernel that keeps file times in steps of 10 ms. */
const SETTLED_MS = 25;
/** FAT and some network file systems keep whole (even) seconds. */
const SETTLED_WHOLE_SECONDS_MS = 2100;

/** A text that V8 can still hold. Long before that, rewriting the file for each change takes too long. */
const MAX_BYTES = 512n << 20n;

interface Version {
  readonly descriptor: number;
  /** Unix milliseconds, from before the file was opened. */
  readonly openedAt: number;
  readonly stats: BigIntStats;
  /** Kept until the times can be trusted. */
  readonly bytes: Buffer | undefined;
}

export class TrackedFile {
  readonly path: string;
  /** How old the bytes were that were read last, by the file's own time. */
  lastReadAgeMs: number | undefined;
  #version: Version | undefined;

  constructor(path: string) {
    this.path = path;
  }

  /**
   * The bytes if they are new since the last time; `"same"`; `"absent"`. Throws the errors of reading it.
   * What is wrong with the bytes is for the caller to tell, who then calls `forget`.
   */
  read(): Buffer | "same" | "absent" {
    const stats = this.#stat();
    if (stats === undefined) {
      this.forget();
      return "absent";
    }
    const known = this.#version && sameVersion(this.#version.stats, stats) ? this.#version : undefined;
    if (known && known.bytes === undefined) return "same";
    const now = this.#load();
    if (now === undefined) return "absent";
    return known?.bytes?.equals(now) === true ? "same" : now;
  }

  /** Takes what we have just written there as known. Where that fails it is read again next time. */
  adopt(bytes: Buffer): void {
    try {
      const version = this.#openVersion();
      this.#replace(version && { ...version, bytes });
    } catch {
      // The write is done, and must not be reported as failed because its file cannot be opened (EMFILE).
      this.forget();
    }
  }

  /** The next `read` gives the bytes whatever they are. */
  forget(): void {
    this.#replace(undefined);
  }

  #load(): Buffer | undefined {
    const version = this.#openVersion();
    if (version === undefined) {
      this.forget();
      return undefined;
    }
    let bytes: Buffer;
    try {
      if (version.stats.size > MAX_BYTES) {
        throw new DbError("corrupt", `${this.path} is too large for one JSON file: use @hivemind/db-sqlite`);
      }
      bytes = readFileSync(version.descriptor);
    } catch (error) {
      closeSync(version.descriptor);
      throw systemError(error, "read", this.path);
    }
    this.lastReadAgeMs = version.openedAt - Number(version.stats.mtimeMs);
    this.#replace({ ...version, bytes: isSettled(version) ? undefined : bytes });
    return bytes;
  }

  /** Times are taken before the bytes: a write in between then counts as a change, never as seen. */
  #openVersion(): Omit<Version, "bytes"> | undefined {
    const openedAt = Date.now();
    let descriptor: number;
    try {
      descriptor = openSync(this.path, "r");
    } catch (error) {
      if (isAbsent(error)) return undefined;
      throw systemError(error, "read", this.path);
    }
    return { descriptor, openedAt, stats: fstatSync(descriptor, { bigint: true }) };
  }

  #replace(version: Version | undefined): void {
    const old = this.#version;
    this.#version = version;
    if (old !== undefined) closeSync(old.descriptor);
  }

  #stat(): BigIntStats | undefined {
    try {
      return statSync(this.path, { bigint: true, throwIfNoEntry: false });
    } catch (error) {
      throw systemError(error, "read", this.path);
    }
  }
}

function isAbsent(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === "ENOENT" || code === "ENOTDIR";
}

function sameVersion(a: BigIntStats, b: BigIntStats): boolean {
  return (
    a.ino === b.ino &&
    a.dev === b.dev &&
    a.size === b.size &&
    a.mtimeNs === b.mtimeNs &&
    a.ctimeNs === b.ctimeNs
  );
}

/** Was the last write long enough ago when we looked that no later one can have the same time? */
function isSettled({ stats, openedAt }: Pick<Version, "stats" | "openedAt">): boolean {
  const wholeSeconds = stats.mtimeNs % 1_000_000_000n === 0n;
  return openedAt - Number(stats.mtimeMs) > (wholeSeconds ? SETTLED_WHOLE_SECONDS_MS : SETTLED_MS);
}

/** What a file that was there is, once it is absent: nobody may take that for a store without clients. */
export function goneError(path: string): DbError {
  return new DbError("missing-store", `${path} is gone: is its volume mounted, is HOME the same as before?`);
}
