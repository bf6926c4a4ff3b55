/** Reading the file: on a connection that never writes, and that notices every commit by anyone. */
import { DbError } from "@hivemind/db-core/backend";
import type { ClientId, StoredEntry } from "@hivemind/db-core/backend";
import { ChangeLog } from "./change-log.ts";
import { ClientRows } from "./client-rows.ts";
import type { Connector, OpenFile } from "./connector.ts";
import type { Connection, Statement } from "./driver.ts";
import { goneError } from "./gone.ts";
import { identityOf } from "./held-files.ts";
import { NO_LAYOUT, readLayout } from "./layout.ts";
import type { Layout } from "./layout.ts";
import { StateRows } from "./state-rows.ts";

interface Opened {
  readonly file: OpenFile;
  readonly dataVersion: Statement;
  readonly schemaVersion: Statement;
  readonly userVersion: Statement;
}

/** What the file says now: the statements fit the tables that it has. */
export interface Snapshot {
  readonly layout: Layout;
  readonly clients: ClientRows | undefined;
  readonly state: StateRows | undefined;
}

const NOTHING: Snapshot = { layout: NO_LAYOUT, clients: undefined, state: undefined };

export type OnChange = (changed: readonly ClientId[] | "all") => void;

export class Reader {
  readonly #connector: Connector;
  readonly #onChange: OnChange;
  readonly #log = new ChangeLog();
  #opened: Opened | undefined;
  #snapshot = NOTHING;
  #wasAbsent = false;
  #isClosed = false;
  #isRefused = false;
  /** `PRAGMA data_version`: differs after every commit on another connection, also of this process. */
  #dataVersion: unknown;
  /** Of the tables, and of the schema that Python counts. */
  #versions = "";

  constructor(connector: Connector, onChange: OnChange) {
    this.#connector = connector;
    this.#onChange = onChange;
  }

  get exists(): boolean {
    return this.#opened !== undefined;
  }

  /** From now on nobody can tell what the store says: it has to be opened anew. */
  refuse(): void {
    this.#isRefused = true;
  }

  /** As of the last refresh. */
  get layout(): Layout {
    return this.#snapshot.layout;
  }

  /** Looks at the file now, tells of changes, and answers what to read it with. Throws what SQLite says. */
  refresh(): Snapshot {
    const opened = this.#current();
    return opened === undefined ? NOTHING : this.#refreshed(opened);
  }

  /** What `read` finds by several statements, of one moment: each by itself would lock the file anew. */
  together<T>(read: (snapshot: Snapshot) => T): T {
    const snapshot = this.refresh();
    if (this.#opened === undefined) return read(snapshot);
    return inTransaction(this.#opened.file.connection, () => read(snapshot));
  }

  /** Who has the access key now. Where nothing has changed, one statement tells both. */
  findByKey(accessKey: string): readonly StoredEntry[] {
    const opened = this.#current();
    if (opened === undefined) return [];
    const found = this.#findInSnapshot(accessKey);
    if (found !== undefined && found.dataVersion === this.#dataVersion) return found.entries;
    return this.#refreshed(opened).clients?.find("accessKey", accessKey) ?? [];
  }

  #findInSnapshot(accessKey: string): ReturnType<ClientRows["findNow"]> | undefined {
    try {
      return this.#snapshot.clients?.findNow(accessKey);
    } catch {
      // Tables may be gone: the look for changes says what it is.
      return undefined;
    }
  }

  /** The file, if it is there, and still the one that it was. */
  #current(): Opened | undefined {
    if (this.#isClosed) throw new DbError("closed", "the database was closed during this call");
    const opened = this.#opened ?? this.#open();
    if (opened === undefined) {
      this.#log.startAtBeginning();
      this.#wasAbsent = true;
      return undefined;
    }
    if (this.#isRefused || !this.#connector.isCurrent(opened.file)) throw goneError(this.#connector.path);
    return opened;
  }

  #refreshed(opened: Opened): Snapshot {
    const version = opened.dataVersion.get();
    if (version === this.#dataVersion) return this.#snapshot;
    this.#loadChanged(opened);
    // Last, so that what could not be loaded is tried again.
    this.#dataVersion = version;
    return this.#snapshot;
  }

  close(): void {
    this.#isClosed = true;
    this.#opened?.file.close();
    this.#opened = undefined;
    this.#snapshot = NOTHING;
  }

  #open(): Opened | undefined {
    // An empty file is a store that somebody is about to make.
    if (!((identityOf(this.#connector.path)?.size ?? 0n) > 0n)) return undefined;
    const file = this.#connector.connect("read");
    if (file === undefined) return undefined;
    try {
      const { connection } = file;
      this.#opened = {
        file,
        dataVersion: connection.prepare("PRAGMA data_version").pluck(),
        schemaVersion: connection.prepare("PRAGMA schema_version").pluck(),
        userVersion: connection.prepare("PRAGMA user_version").pluck(),
      };
      return this.#opened;
    } catch (error) {
      file.close();
      throw error;
    }
  }

  #loadChanged(opened: Opened): void {
    const { connection } = opened.file;
    const isKnown = this.#dataVersion === undefined && !this.#wasAbsent;
    const changed = inTransaction(connection, () => {
      const versions = [opened.schemaVersion, opened.userVersion].map((version) => version.get()).join(" ");
      if (versions !== this.#versions) {
        const layout = readLayout(connection, this.#connector.path);
        if (isAnother(layout, this.#snapshot.layout)) throw goneError(this.#connector.path);
        this.#snapshot = snapshotOf(connection, layout);
        this.#versions = versions;
      }
      if (!isKnown) return this.#log.read(connection, this.#snapshot.layout);
      this.#log.startAtEnd(connection, this.#snapshot.layout);
      return [];
    });
    if (changed.length > 0) this.#onChange(changed);
  }
}

/** Emptied, or overwritten with another store: a file stays the same one for the file system. */
function isAnother(now: Layout, before: Layout): boolean {
  if (before.storeId !== undefined) return now.storeId !== before.storeId || !now.hasClients;
  return before.hasClients && !now.hasClients;
}

function snapshotOf(connection: Connection, layout: Layout): Snapshot {
  return {
    layout,
    clients: layout.hasClients ? new ClientRows(connection, layout) : undefined,
    state: layout.hasOwnTables ? new StateRows(connection) : undefined,
  };
}

/** What is read together is of one moment. */
function inTransaction<T>(connection: Connection, read: () => T): T {
  connection.prepare("BEGIN").run();
  try {
    return read();
  } finally {
    // Where the disk fails, SQLite has ended it by itself; its error is the one to tell.
    if (connection.inTransaction) connection.prepare("ROLLBACK").run();
  }
}
