/** Connections to the file: which file it is, whether the password fits it, and what it was opened for. */
import { randomBytes } from "node:crypto";
import { statSync } from "node:fs";
import { DbError } from "@hivemind/db-core/backend";
import type { Connection, Driver } from "./driver.ts";
import { fileKind, KIND_BYTES } from "./file-kind.ts";
import type { FileKind } from "./file-kind.ts";
import { holdFile, identityOf, isSameFile, readStart } from "./held-files.ts";
import type { FileIdentity } from "./held-files.ts";
import { cachingStatements } from "./statement-cache.ts";
import { sqliteCode } from "./sqlite-error.ts";
import { SALT_BYTES, StoreKey } from "./store-key.ts";

export interface OpenFile {
  readonly connection: Connection;
  readonly identity: FileIdentity;
  close(): void;
}

/** `read` leaves every byte; `copy` is for VACUUM INTO, which a connection that may not write refuses. */
export type Purpose = "read" | "copy" | "write";

export class Connector {
  readonly path: string;
  readonly #driver: Driver;
  readonly #key: StoreKey | undefined;

  constructor(driver: Driver, path: string, password: string | undefined) {
    this.#driver = driver;
    this.path = path;
    this.#key = password === undefined ? undefined : new StoreKey(password);
  }

  get encrypted(): boolean {
    return this.#key !== undefined;
  }

  /** Makes the key that the next connection needs, off the event loop. */
  async prepare(): Promise<void> {
    const identity = this.#key === undefined ? undefined : identityOf(this.path);
    if (this.#key === undefined || identity === undefined || identity.size === 0n) return;
    const release = holdFile(identity);
    try {
      await this.#key.prepare(readStart(this.path, identity, SALT_BYTES));
    } finally {
      release();
    }
  }

  /** `undefined` where there is no file. An empty one is a database without tables. */
  connect(purpose: Purpose): OpenFile | undefined {
    const identity = identityOf(this.path);
    if (identity === undefined) return undefined;
    const release = holdFile(identity);
    try {
      const start = readStart(this.path, identity, KIND_BYTES);
      const kind = fileKind(start, identity.size);
      this.#refuseKind(kind);
      const salt = kind === "empty" ? randomBytes(SALT_BYTES) : start.subarray(0, SALT_BYTES);
      const connection = this.#connection(this.path, purpose, salt);
      const close = (): void => {
        connection.close();
        release();
      };
      return { connection, identity, close };
    } catch (error) {
      release();
      throw error;
    }
  }

  /** Connects to a new, empty file that nobody else knows of yet. */
  async connectNew(path: string, salt: Buffer): Promise<Connection> {
    await this.#key?.prepare(salt);
    return this.#connection(path, "write", salt);
  }

  /** Is the file still there, and still this one? */
  isCurrent(file: OpenFile): boolean {
    return isSameFile(identityOf(this.path), file.identity);
  }

  #connection(path: string, purpose: Purpose, salt: Buffer): Connection {
    const readonly = purpose === "copy" || (purpose === "read" && hasUnfinishedLog(path));
    const connection = new this.#driver(path, { readonly, fileMustExist: true, timeout: 0 });
    try {
      if (this.#key !== undefined) unlock(connection, this.#key.of(salt));
      // Reads the first page, which shows whether the key fits.
      connection.prepare("PRAGMA schema_version").get();
      if (purpose === "read") connection.exec("PRAGMA query_only = ON");
      return cachingStatements(connection);
    } catch (error) {
      connection.close();
      throw this.#key !== undefined && sqliteCode(error) === "SQLITE_NOTADB" ? wrongKey(path, error) : error;
    }
  }

  /** A password must never lead to a plain file, nor a plain driver to an encrypted one. */
  #refuseKind(kind: FileKind): void {
    const { path } = this;
    if (kind === "neither") {
      throw new DbError("corrupt", `${path} is no SQLite database, plain or encrypted: restore a backup`);
    }
    if (kind === "encrypted" && this.#key === undefined) {
      throw new DbError("no-key", `${path} is encrypted: set the option password (or password_file)`);
    }
    if (kind === "plain" && this.#key !== undefined) {
      throw new DbError(
        "invalid",
        `${path} is not encrypted, but the option password is set: remove the option, or move that file away to start an encrypted store`,
      );
    }
  }
}

/**
 * Whoever closes the last connection moves the log into the file. Where a killed writer left one, or a hub is
 * at work, that is not for a reader to do; where there is none, a reader that could write leaves no files behind.
 */
function hasUnfinishedLog(path: string): boolean {
  return (statSync(`${path}-wal`, { throwIfNoEntry: false })?.size ?? 0) > 0;
}

/** Before any other statement, in this order. The key is not in any SQL text, which an error could quote. */
function unlock(connection: Connection & { key?(key: Buffer): number }, key: Buffer): void {
  connection.exec("PRAGMA cipher = 'sqlcipher'");
  connection.exec("PRAGMA legacy = 4");
  connection.key?.(key);
}

function wrongKey(path: string, cause: unknown): DbError {
  return new DbError(
    "wrong-key",
    `${path} was encrypted with another password, or its first page is damaged`,
    {
      cause,
    },
  );
}
