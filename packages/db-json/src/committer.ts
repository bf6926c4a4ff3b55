/** The way of a write: lock, look at the file as it is now, change it, replace it, and only then say so. */
import { readFile } from "node:fs/promises";
import { dirname } from "node:path";
import {
  flushFolder,
  isDbError,
  makeFolder,
  migrationNotice,
  migrationReport,
  SCHEMA,
  stringifyJson,
  upgradeRecord,
} from "@hivemind/db-core/backend";
import type { MigrationReport, OnNotice, Pending, StoredRecord } from "@hivemind/db-core/backend";
import type { ClientsFile } from "./clients-file.ts";
import { removeStaleTemporaries, replaceFile } from "./durable-file.ts";
import { FileLock } from "./file-lock.ts";
import type { OwnFile } from "./own-file.ts";
import { backupFile, realFiles } from "./store-files.ts";
import type { RealFiles, StoreFiles } from "./store-files.ts";
import { WorkingTable } from "./working-table.ts";

/** Longer than any write takes that is not stuck. */
const LOCK_TIMEOUT_MS = 10_000;

export class Committer {
  readonly #files: StoreFiles;
  readonly #clients: ClientsFile;
  readonly #own: OwnFile;
  readonly #onNotice: OnNotice;
  readonly #lock = new FileLock();
  #cleaned = false;
  /** A folder that could not be flushed after a rename: what is in it is not yet certain. */
  #unflushed: string | undefined;

  constructor(files: StoreFiles, clients: ClientsFile, own: OwnFile, onNotice: OnNotice) {
    this.#files = files;
    this.#clients = clients;
    this.#own = own;
    this.#onNotice = onNotice;
  }

  close(): void {
    this.#lock.close();
  }

  /** Runs work on the files that nobody else writes meanwhile. */
  async exclusive<T>(work: (real: RealFiles) => Promise<T>): Promise<T> {
    // Before anything is made: a store that is gone stays gone.
    await this.#clients.refresh();
    const real = realFiles(this.#files);
    if (!this.#clients.exists) await makeFolder(dirname(real.clients));
    return this.#lock.hold(real.lock, real.clients, LOCK_TIMEOUT_MS, async () => {
      await this.#clients.refresh();
      await this.#clean(real);
      return work(real);
    });
  }

  /** As `exclusive`, and the store is there by then: our own file alone would look like a store that is gone. */
  async exclusiveInStore<T>(work: () => Promise<T>): Promise<T> {
    return this.exclusive(async (real) => {
      if (!this.#clients.exists) await this.#replace(real, new Map());
      return work();
    });
  }

  async commit(batch: readonly Pending<WorkingTable>[]): Promise<void> {
    await this.exclusive(async (real) => {
      const work = new WorkingTable(this.#clients.table);
      const settle = batch.map((pending) => outcome(work, pending));
      try {
        await this.#write(real, work);
      } catch (error) {
        if (!isDbError(error) || error.code !== "unconfirmed") work.discard();
        throw error;
      }
      for (const done of settle) done();
    });
  }

  /** `undefined`: there was nothing to migrate. */
  async migrate(): Promise<MigrationReport | undefined> {
    return this.exclusive(async (real) => {
      if (!this.#clients.exists || this.#clients.schema === SCHEMA) return undefined;
      return this.#replace(real, new Map());
    });
  }

  async #write(real: RealFiles, work: WorkingTable): Promise<void> {
    const records = work.takeBack();
    if (this.#unflushed !== undefined) {
      await flushFolder(this.#unflushed);
      this.#unflushed = undefined;
    }
    if (records.size > 0) await this.#replace(real, records);
  }

  /** Data first, what describes it last: cut off in between, the same steps run again with the next write. */
  async #replace(
    real: RealFiles,
    records: ReadonlyMap<number, StoredRecord>,
  ): Promise<MigrationReport | undefined> {
    const upgrade = this.#clients.exists && this.#clients.schema !== SCHEMA;
    const report = upgrade
      ? migrationReport(this.#clients.table.entries(), await this.#backUp(real))
      : undefined;
    const text = this.#clients.text.with(texts(upgrade ? this.#upgraded(records) : records));
    const bytes = this.#clients.encode(text);
    try {
      await replaceFile(real.clients, bytes);
    } catch (error) {
      if (isDbError(error) && error.code === "unconfirmed") this.#unflushed = dirname(real.clients);
      throw error;
    }
    const marked = await this.#describe(real);
    this.#clients.adopt(text, bytes);
    if (report !== undefined) this.#onNotice(migrationNotice(report));
    return marked ? report : undefined;
  }

  /** Every record in the current schema, with the changed ones as they are to be. Unreadable ones stay. */
  #upgraded(records: ReadonlyMap<number, StoredRecord>): ReadonlyMap<number, StoredRecord> {
    const upgraded = new Map(records);
    for (const { record: stored } of this.#clients.table.entries()) {
      if (stored === undefined) continue;
      const record = records.get(stored.client_id) ?? stored;
      const next = upgradeRecord(record);
      if (next !== record) upgraded.set(stored.client_id, next);
    }
    return upgraded;
  }

  /**
   * The schema marker and the store's id. The clients are written by now, and mean the same without these,
   * so a failure here fails nobody's write; the next one tries again.
   */
  async #describe(real: RealFiles): Promise<boolean> {
    try {
      if (!this.#clients.exists || this.#clients.schema !== SCHEMA) {
        await replaceFile(this.#files.schemaVersion, Buffer.from(String(SCHEMA)), real.clients);
      }
      await this.#own.ensureStoreId();
      return true;
    } catch (error) {
      if (!isDbError(error)) throw error;
      this.#onNotice({
        code: "fallback",
        message: `the clients are saved, but not what describes them: ${error.message}`,
      });
      return false;
    }
  }

  async #backUp(real: RealFiles): Promise<string | undefined> {
    const bytes = await readFile(real.clients);
    const path = backupFile(real);
    const before = await readIfThere(path);
    if (before?.equals(bytes) === true) return path;
    const free = before === undefined ? path : `${path}.${Date.now()}`;
    await replaceFile(free, bytes, real.clients);
    return free;
  }

  async #clean({ clients }: RealFiles): Promise<void> {
    if (this.#cleaned) return;
    await removeStaleTemporaries(clients);
    this.#cleaned = true;
  }
}

/** Applies one operation, and answers what to do when the commit has succeeded. */
function outcome(work: WorkingTable, { operation, resolve, reject }: Pending<WorkingTable>): () => void {
  try {
    const answer = work.attempt(operation);
    return () => resolve(answer);
  } catch (error) {
    return () => reject(error);
  }
}

function texts(records: ReadonlyMap<number, StoredRecord>): ReadonlyMap<string, string> {
  return new Map(
    // Indented as a member of the file; a JSON string holds no line break that this could change.
    [...records].map(([id, record]) => [String(id), stringifyJson(record, 4).replaceAll("\n", "\n    ")]),
  );
}

async function readIfThere(path: string): Promise<Buffer | undefined> {
  try {
    return await readFile(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}
