/**
 * One lock for all writers of a store, of any process: an exclusive SQLite transaction on an empty file.
 * The kernel frees it the moment its holder dies, and it needs no native package: it is in Node itself.
 * As with every POSIX lock, a process loses it when it closes the file elsewhere: nothing may read this file.
 */
import { lstatSync, statSync } from "node:fs";
import type { DatabaseSync } from "node:sqlite";
import { setTimeout as delay } from "node:timers/promises";
import { DbError } from "../errors.ts";
import { createFile, ownershipOf } from "./file-owner.ts";
import { systemError } from "./system-error.ts";

/** No event tells that another process has released a lock, so we ask again after 1 to 5 ms. */
const RETRY_MS = { least: 1, most: 5 };

export class FileLock {
  #database: DatabaseSync | undefined;
  /** Ends when the last one who asked here has let go: SQLite knows one transaction a connection. */
  #turn: Promise<void> = Promise.resolve();
  #path = "";
  #inode = 0n;

  /**
   * Runs `work` while holding the lock at `path`, a file of its own beside the store: made where it lacks, owned as
   * `likeFile` is, and never removed. `locked` when it is not free within `timeoutMs`.
   */
  async hold<T>(path: string, likeFile: string, timeoutMs: number, work: () => Promise<T>): Promise<T> {
    const before = this.#turn;
    const mine = Promise.withResolvers<void>();
    this.#turn = mine.promise;
    await before;
    try {
      await this.#acquire(path, likeFile, timeoutMs);
      try {
        return await work();
      } finally {
        this.#database?.exec("ROLLBACK");
      }
    } finally {
      mine.resolve();
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
      if (this.#path !== path || inodeOf(path) !== this.#inode) this.#open(path, likeFile);
      if (this.#begin()) {
        if (inodeOf(path) === this.#inode) return;
        this.close();
      }
      if (performance.now() > deadline) {
        throw new DbError(
          "locked",
          `another program holds ${path} for more than ${timeoutMs} ms: try again, or stop it`,
        );
      }
      await delay(RETRY_MS.least + Math.random() * (RETRY_MS.most - RETRY_MS.least));
    }
  }

  #open(path: string, likeFile: string): void {
    this.close();
    try {
      createLike(path, likeFile);
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
      // Nothing is ever written to it, so no journal has to lie beside it while it is held.
      this.#database?.exec("PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE");
      return true;
    } catch (error) {
      const code = (error as { errcode?: number }).errcode ?? 0;
      if ((code & 0xff) === SQLITE_BUSY) return false;
      this.close();
      throw new DbError(
        "read-only",
        `cannot lock ${this.#path}: it must be writable to us, and an empty file`,
        {
          cause: error,
        },
      );
    }
  }
}

const SQLITE_BUSY = 5;

function inodeOf(path: string): bigint | undefined {
  return statSync(path, { bigint: true, throwIfNoEntry: false })?.ino;
}

/** The lock belongs to whom the store belongs, or one of two users could not take it. */
function createLike(path: string, likeFile: string): void {
  const now = lstatSync(path, { throwIfNoEntry: false });
  // Through a link, a user who owns the folder could make root open or create any file.
  if (now !== undefined && !now.isFile())
    throw new DbError("refused", `${path} must be a plain file: remove it`);
  if (now !== undefined) return;
  try {
    createFile(path, ownershipOf(path, likeFile));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  }
}

/** Node 22 and 24 call this module experimental, once a process, on stderr. This one warning says nothing to an operator. */
function sqlite(): typeof import("node:sqlite") {
  const emitWarning: unknown = Reflect.get(process, "emitWarning");
  process.emitWarning = () => undefined;
  try {
    return process.getBuiltinModule("node:sqlite");
  } finally {
    Reflect.set(process, "emitWarning", emitWarning);
  }
}
