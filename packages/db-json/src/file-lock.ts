/**
 * One lock for all writers of a store, of any process: an exclusive SQLite transaction on an empty file.
 * The kernel frees it the moment its holder dies, and it needs no native package: it is in Node itself.
 */
import { closeSync, fchmodSync, fchownSync, openSync, statSync } from "node:fs";
import type { DatabaseSync } from "node:sqlite";
import { setTimeout as delay } from "node:timers/promises";
import { DbError, systemError } from "@hivemind/db-core/backend";
import { ownershipOf } from "./durable-file.ts";

/** No event tells that another process has released a lock, so we ask again after 1 to 5 ms. */
const RETRY_MS = { least: 1, most: 5 };

export class FileLock {
  #database: DatabaseSync | undefined;
  #path = "";
  #inode = 0n;

  /** Runs `work` while holding the lock at `path`. `locked` when it is not free within `timeoutMs`. */
  async hold<T>(path: string, likeFile: string, timeoutMs: number, work: () => Promise<T>): Promise<T> {
    await this.#acquire(path, likeFile, timeoutMs);
    try {
      return await work();
    } finally {
      this.#database?.exec("ROLLBACK");
    }
  }

  close(): void {
    this.#database?.close();
    this.#database = undefined;
    this.#path = "";
  }

  async #acquire(path: string, likeFile: string, timeoutMs: number): Promise<void> {
    const deadline = performance.now() + timeoutMs;
    for (;;) {
      // Somebody may remove the file at any time: a lock on a file that is gone excludes nobody.
      if (this.#path !== path || inodeOf(path) !== this.#inode) await this.#open(path, likeFile);
      if (this.#begin()) {
        if (inodeOf(path) === this.#inode) return;
        this.close();
      }
      if (performance.now() > deadline) {
        throw new DbError("locked", `another program holds ${path} for more than ${timeoutMs} ms: try again, or stop it`);
      }
      await delay(RETRY_MS.least + Math.random() * (RETRY_MS.most - RETRY_MS.least));
    }
  }

  async #open(path: string, likeFile: string): Promise<void> {
    this.close();
    try {
      await createLike(path, likeFile);
      const { DatabaseSync: Database } = sqlite();
      this.#database = new Database(path, { timeout: 0 });
      this.#path = path;
      this.#inode = inodeOf(path) ?? 0n;
    } catch (error) {
      throw systemError(error, "write", path, "it is the lock that every writer takes");
    }
  }

  #begin(): boolean {
    try {
      this.#database?.exec("BEGIN EXCLUSIVE");
      return true;
    } catch (error) {
      const code = (error as { errcode?: number }).errcode ?? 0;
      if ((code & 0xff) === SQLITE_BUSY) return false;
      this.close();
      throw new DbError("read-only", `cannot lock ${this.#path}: it must be writable to us, and an empty file`, {
        cause: error,
      });
    }
  }
}

const SQLITE_BUSY = 5;

function inodeOf(path: string): bigint | undefined {
  return statSync(path, { bigint: true, throwIfNoEntry: false })?.ino;
}

/** The lock belongs to whom the store belongs, or one of two users could not take it. */
async function createLike(path: string, likeFile: string): Promise<void> {
  if (inodeOf(path) !== undefined) return;
  const { mode, uid, gid } = await ownershipOf(path, likeFile);
  let file: number;
  try {
    file = openSync(path, "wx", mode);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return;
    throw error;
  }
  try {
    fchmodSync(file, mode);
    if (process.geteuid?.() === 0) fchownSync(file, uid, gid);
  } finally {
    closeSync(file);
  }
}

/** Node 22 and 24 call this module experimental, once a process, on stderr. This one warning says nothing to an operator. */
function sqlite(): typeof import("node:sqlite") {
  const { emitWarning } = process;
  process.emitWarning = (() => undefined) as typeof process.emitWarning;
  try {
    return process.getBuiltinModule("node:sqlite");
  } finally {
    process.emitWarning = emitWarning;
  }
}
