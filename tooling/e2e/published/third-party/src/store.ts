import { randomUUID } from "node:crypto";
import { statSync } from "node:fs";
import { dirname } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { createFile, DbError, makeFolder, ownershipOf, SCHEMA } from "@hivemind/db-core/backend";
import { missingStore, toDbError } from "./errors.js";
import { Tables } from "./tables.js";

const WAIT_MS = 5000;

interface Opened {
  readonly db: DatabaseSync;
  readonly tables: Tables;
  /** Which file that is: another one under the same path is another store. */
  readonly file: string;
}

/** One file, opened when it is there, and made by the first write where that is wanted. */
export class Store {
  readonly path: string;
  readonly #create: boolean;
  #opened: Opened | undefined;
  #id: string | undefined;

  constructor(path: string, create: boolean) {
    this.path = path;
    this.#create = create;
  }

  get id(): string | undefined {
    return this.#id;
  }

  /** With all of one moment; `undefined`: there is no store yet. */
  read<T>(look: (tables: Tables | undefined) => T): T {
    try {
      const opened = this.#open();
      if (opened === undefined) return look(undefined);
      return within(opened, "BEGIN", () => look(this.#checked(opened.tables)));
    } catch (error) {
      throw toDbError(error, "read", this.path);
    }
  }

  /** All or none, alone, and on the disk when it resolves. */
  async write<T>(change: (tables: Tables) => T): Promise<T> {
    try {
      if (this.#open() === undefined) await this.#makeFile();
      const opened = this.#open();
      if (opened === undefined) throw missingStore(this.path);
      return within(opened, "BEGIN IMMEDIATE", () => {
        if (this.#checked(opened.tables) === undefined) opened.tables.create();
        const result = change(opened.tables);
        this.#id ??= opened.tables.meta("id") ?? randomUUID();
        opened.tables.setMeta("id", this.#id);
        return result;
      });
    } catch (error) {
      throw toDbError(error, "write", this.path);
    }
  }

  /** A copy of one moment, into a file that is not there yet. */
  copyTo(path: string): void {
    const opened = this.#open();
    if (opened === undefined) throw missingStore(this.path);
    try {
      createFile(path, ownershipOf(path, this.path));
      opened.db.prepare("VACUUM INTO ?").run(path);
    } catch (error) {
      throw toDbError(error, "write", path);
    }
  }

  close(): void {
    this.#opened?.db.close();
    this.#opened = undefined;
  }

  #open(): Opened | undefined {
    const stats = statSync(this.path, { bigint: true, throwIfNoEntry: false });
    const file = stats && `${stats.dev}:${stats.ino}`;
    if (file !== this.#opened?.file) this.close();
    if (file === undefined) {
      if (this.#id !== undefined || !this.#create) throw missingStore(this.path);
      return undefined;
    }
    if (this.#opened === undefined) {
      const db = new DatabaseSync(this.path);
      this.#opened = { db, tables: new Tables(db), file };
      // EXTRA: the folder is flushed too, so that a power cut does not bring a journal back.
      db.exec(`PRAGMA busy_timeout = ${WAIT_MS}; PRAGMA synchronous = EXTRA`);
    }
    return this.#opened;
  }

  async #makeFile(): Promise<void> {
    await makeFolder(dirname(this.path));
    try {
      createFile(this.path, ownershipOf(this.path));
    } catch (error) {
      // Somebody else was first.
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    }
  }

  /** The tables, where they hold a store that this release knows. */
  #checked(tables: Tables): Tables | undefined {
    const id = tables.exist ? tables.meta("id") : undefined;
    const isStore = id !== undefined || (tables.exist && tables.highestId > 0);
    if (this.#id !== undefined && id !== this.#id) throw missingStore(this.path);
    if (!isStore) {
      if (!this.#create) throw missingStore(this.path);
      return undefined;
    }
    const schema = Number(tables.meta("schema"));
    if (schema > SCHEMA) {
      throw new DbError("newer-schema", `${this.path} is of schema ${schema}: update this package`);
    }
    this.#id = id;
    return tables;
  }
}

function within<T>({ db }: Opened, begin: "BEGIN" | "BEGIN IMMEDIATE", step: () => T): T {
  db.exec(begin);
  try {
    const result = step();
    db.exec("COMMIT");
    return result;
  } catch (error) {
    // Some errors of SQLite end the transaction by themselves.
    if (db.isTransaction) db.exec("ROLLBACK");
    throw error;
  }
}
