/** The connection that writes, from BEGIN to COMMIT. */
import type { Connector, OpenFile } from "./connector.ts";
import type { Connection, Statement } from "./driver.ts";
import { goneError } from "./gone.ts";
import { identityOf, isSameFile } from "./held-files.ts";
import type { FileIdentity } from "./held-files.ts";
import { readLayout } from "./layout.ts";
import { tablesOf } from "./tables.ts";
import type { Tables } from "./tables.ts";

export interface WriterSettings {
  readonly synchronous: "full" | "normal";
}

/** A write-ahead log that one large import has made does not keep that size. */
const LOG_LIMIT_BYTES = 16 * 1024 * 1024;

export class Writer {
  readonly #connector: Connector;
  readonly #file: OpenFile;
  readonly #versions: Statement[];
  readonly #begin: Statement;
  readonly #commit: Statement;
  #tables: { readonly of: string; readonly tables: Tables } | undefined;
  #hasLog = false;
  #hasLostLog = false;
  /** The files beside the store that this connection has open, by the end of their names. */
  #log: ReadonlyMap<string, FileIdentity | undefined> = new Map();

  constructor(connector: Connector, { synchronous }: WriterSettings) {
    const file = connector.connect("write");
    if (file === undefined) throw goneError(connector.path);
    this.#connector = connector;
    this.#file = file;
    try {
      const { connection } = file;
      connection.exec(`PRAGMA synchronous = ${synchronous === "full" ? "FULL" : "NORMAL"}`);
      // On macOS alone: a plain fsync there does not reach the disk.
      connection.exec("PRAGMA fullfsync = ON; PRAGMA checkpoint_fullfsync = ON");
      // What a record held before, its password too, does not stay readable in the file.
      connection.exec("PRAGMA secure_delete = ON");
      // Nor do the pages that SQLite keeps to undo a statement go into a temporary file.
      connection.exec("PRAGMA temp_store = MEMORY");
      connection.exec(`PRAGMA journal_size_limit = ${LOG_LIMIT_BYTES}`);
      this.#versions = ["data_version", "schema_version", "user_version"].map((name) =>
        connection.prepare(`PRAGMA ${name}`).pluck(),
      );
      this.#begin = connection.prepare("BEGIN IMMEDIATE");
      this.#commit = connection.prepare("COMMIT");
    } catch (error) {
      file.close();
      throw error;
    }
  }

  get connection(): Connection {
    return this.#file.connection;
  }

  /** From here on nobody else writes. Answers the tables as they are now. Throws what SQLite says. */
  begin(): Tables {
    this.refuseGone();
    this.#begin.run();
    if (this.#log.size === 0) this.#log = this.#findLog();
    const of = this.#versions.map((version) => version.get()).join(" ");
    if (this.#tables?.of !== of) {
      const { connection } = this;
      this.#tables = { of, tables: tablesOf(connection, readLayout(connection, this.#connector.path)) };
    }
    return this.#tables.tables;
  }

  commit(): void {
    this.#commit.run();
  }

  /** Also where SQLite has ended the transaction by itself, as it does when the disk fails. */
  rollback(): void {
    if (this.connection.inTransaction) this.connection.exec("ROLLBACK");
  }

  /** What was written to a file that nobody can find is lost. */
  refuseGone(): void {
    this.#hasLostLog ||= [...this.#log].some(
      ([end, file]) => !isSameFile(identityOf(this.#connector.path + end), file),
    );
    if (this.#hasLostLog || !this.#connector.isCurrent(this.#file)) throw goneError(this.#connector.path);
  }

  /**
   * Somebody has removed the log that we still write to, and with it what others could read of us. SQLite does
   * that only when nobody has the store open. Source: https://sqlite.org/howtocorrupt.html
   */
  get hasLostLog(): boolean {
    return this.#hasLostLog;
  }

  #findLog(): ReadonlyMap<string, FileIdentity | undefined> {
    const mode = this.connection.prepare("PRAGMA journal_mode").pluck().get();
    if (mode !== "wal") return new Map();
    return new Map(["-wal", "-shm"].map((end) => [end, identityOf(this.#connector.path + end)]));
  }

  /** Turns the write-ahead log on, for good. Answers the mode that there is afterwards. */
  useLog(): string {
    if (this.#hasLog) return "wal";
    const mode = this.connection.prepare("PRAGMA journal_mode = WAL").pluck().get() as string;
    this.#hasLog = mode === "wal";
    return mode;
  }

  close(): void {
    this.#file.close();
  }
}
