/** The way of a write: lock, look at the file as it is now, change it, replace it, and only then say so. */
import { dirname } from "node:path";
import {
  FileLock,
  flushFolder,
  isDbError,
  makeFolder,
  migrationNotice,
  outcome,
  SCHEMA,
  stringifyJson,
} from "@hivemind/db-core/backend";
import type { MigrationReport, OnNotice, Pending, StoredRecord } from "@hivemind/db-core/backend";
import type { ClientsFile } from "./clients-file.ts";
import { removeStaleTemporaries, replaceFile } from "./durable-file.ts";
import type { FileCodec } from "./file-codec.ts";
import type { OwnFile } from "./own-file.ts";
import { realFiles } from "./store-files.ts";
import type { RealFiles, StoreFiles } from "./store-files.ts";
import { backUpBefore, upgraded } from "./upgrade-clients.ts";
import { WorkingTable } from "./working-table.ts";

/** Longer than any write takes that is not stuck. */
const LOCK_TIMEOUT_MS = 10_000;

export class Committer {
  readonly #files: StoreFiles;
  readonly #clients: ClientsFile;
  readonly #own: OwnFile;
  readonly #codec: FileCodec;
  readonly #onNotice: OnNotice;
  readonly #lock = new FileLock();
  readonly #underWay = new Set<Promise<unknown>>();
  #isCleaned = false;
  /**
   * Is everything that can be read also on the disk? Not known at the start: the last writer may have died
   * between rename and flush. What we answer may rest on it, so it is flushed before the first answer.
   */
  #isFlushed = false;

  constructor(files: StoreFiles, clients: ClientsFile, own: OwnFile, codec: FileCodec, onNotice: OnNotice) {
    this.#files = files;
    this.#clients = clients;
    this.#own = own;
    this.#codec = codec;
    this.#onNotice = onNotice;
  }

  /** Waits for what is under way. */
  async close(): Promise<void> {
    await Promise.allSettled(this.#underWay);
    this.#lock.close();
  }

  /** Runs work on the files that nobody else writes meanwhile. */
  async exclusive<T>(work: (real: RealFiles) => Promise<T>): Promise<T> {
    const running = this.#exclusive(work);
    this.#underWay.add(running);
    try {
      return await running;
    } catch (error) {
      if (isDbError(error) && error.code === "unconfirmed") this.#isFlushed = false;
      throw error;
    } finally {
      this.#underWay.delete(running);
    }
  }

  async #exclusive<T>(work: (real: RealFiles) => Promise<T>): Promise<T> {
    // Before anything is made: a store that is gone stays gone.
    await this.#clients.refresh();
    const real = realFiles(this.#files);
    if (!this.#clients.exists) await makeFolder(dirname(real.clients));
    return this.#lock.hold(real.lock, real.clients, LOCK_TIMEOUT_MS, async () => {
      await this.#clients.refresh();
      await this.#settle(real);
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
      const settle = batch.map((pending) => outcome(pending, (operation) => work.attempt(operation)));
      const records = work.takeBack();
      try {
        const report = records.size > 0 ? await this.#replace(real, records) : undefined;
        if (report !== undefined) this.#onNotice(migrationNotice(report));
      } catch (error) {
        work.end(isDbError(error) && error.code === "unconfirmed" ? "unknown" : "discarded");
        throw error;
      }
      work.end("committed");
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

  /** Data first, what describes it last: cut off in between, the same steps run again with the next write. */
  async #replace(
    real: RealFiles,
    records: ReadonlyMap<number, StoredRecord>,
  ): Promise<MigrationReport | undefined> {
    const isUpgrade = this.#clients.exists && this.#clients.schema !== SCHEMA;
    const written = isUpgrade ? upgraded(this.#clients.table, records) : records;
    const report = isUpgrade ? await backUpBefore(real, this.#clients.table, this.#codec) : undefined;
    const text = this.#clients.text.with(texts(written));
    const bytes = this.#clients.encode(text);
    await replaceFile(real.clients, bytes);
    // From here on the write is done: nothing below may fail it.
    const isDescribed = await this.#describe(real);
    this.#clients.adopt(text, bytes, isDescribed ? SCHEMA : this.#clients.schema);
    return report;
  }

  /**
   * The schema marker and the store's id. The clients are written by now, and mean the same without these,
   * so a failure here fails nobody's write; the next one tries again.
   */
  async #describe(real: RealFiles): Promise<boolean> {
    try {
      if (!this.#clients.exists || this.#clients.schema !== SCHEMA) {
        await replaceFile(real.schemaVersion, Buffer.from(String(SCHEMA)), real.clients);
      }
      await this.#own.ensureStoreId();
      return true;
    } catch (error) {
      const reason = isDbError(error) ? error.message : "an unexpected error";
      this.#onNotice({
        code: "fallback",
        message: `the clients are saved, but not what describes them: ${reason}`,
      });
      return false;
    }
  }

  /** What a writer that died may have left: files half made, and a rename that is not on the disk. */
  async #settle(real: RealFiles): Promise<void> {
    if (!this.#isCleaned)
      await removeStaleTemporaries([real.clients, real.own, real.schemaVersion, real.backup]);
    this.#isCleaned = true;
    if (!this.#isFlushed) await flushFolder(dirname(real.clients));
    this.#isFlushed = true;
  }
}

function texts(records: ReadonlyMap<number, StoredRecord>): ReadonlyMap<string, string> {
  return new Map(
    // Indented as a member of the file; a JSON string holds no line break that this could change.
    [...records].map(([id, record]) => [String(id), stringifyJson(record, 4).replaceAll("\n", "\n    ")]),
  );
}
