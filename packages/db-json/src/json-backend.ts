/** The backend over one file of clients: reads from memory that follows the file, writes by replacing it. */
import { CommitQueue, foundIn, InsertTokens, pages, SCHEMA, touched } from "@hivemind/db-core/backend";
import type {
  Backend,
  ClientId,
  FileFeed,
  IndexName,
  MigrationReport,
  RecordChange,
  RecordDraft,
  StateStore,
  StoredEntry,
  StoredRecord,
  StoreInfo,
  Watch,
} from "@hivemind/db-core/backend";
import type { ClientsFile } from "./clients-file.ts";
import type { Committer } from "./committer.ts";
import { fileHealth } from "./health.ts";
import type { OwnFile } from "./own-file.ts";
import { removeStaleTemporaries } from "./durable-file.ts";
import { backupsOf, realFiles } from "./store-files.ts";
import type { StoreFiles } from "./store-files.ts";
import { verifyFiles } from "./verify.ts";
import type { WorkingTable } from "./working-table.ts";

export interface JsonStore {
  readonly files: StoreFiles;
  readonly clients: ClientsFile;
  readonly own: OwnFile;
  readonly feed: FileFeed;
  readonly committer: Committer;
}

export class JsonBackend implements Backend {
  readonly state: StateStore;
  readonly #store: JsonStore;
  readonly #queue: CommitQueue<WorkingTable>;
  readonly #tokens = new InsertTokens();

  constructor(store: JsonStore) {
    this.#store = store;
    this.#queue = new CommitQueue((batch) => store.committer.commit(batch));
    this.state = store.own.state({
      read: () => store.clients.refresh(),
      write: (work) => store.committer.exclusiveInStore(work),
    });
  }

  info(): StoreInfo {
    const { own, clients, files } = this.#store;
    return {
      storeId: own.storeId,
      schema: clients.schema,
      location: files.clients,
      guarantees: { freshWithinMs: 0, survives: "power-loss" },
    };
  }

  async close(): Promise<void> {
    await this.#queue.idle();
    this.#store.feed.close();
    await this.#store.committer.close();
    this.#store.clients.close();
    this.#store.own.close();
  }

  async get(ids: readonly ClientId[]): Promise<ReadonlyMap<ClientId, StoredEntry>> {
    await this.#store.clients.refresh();
    const { table } = this.#store.clients;
    return foundIn(ids, (id) => table.get(id));
  }

  async find(
    index: IndexName,
    values: readonly string[],
  ): Promise<ReadonlyMap<string, readonly StoredEntry[]>> {
    await this.#store.clients.refresh();
    const { table } = this.#store.clients;
    return foundIn(values, (value) => table.find(index, value));
  }

  async *list(): AsyncGenerator<readonly StoredEntry[]> {
    await this.#store.clients.refresh();
    const { table } = this.#store.clients;
    yield* pages([...table.ids()], (ids) => this.get(ids));
    if (table.withoutId.length > 0) yield table.withoutId;
  }

  insert(drafts: readonly RecordDraft[], token: string): Promise<readonly StoredRecord[]> {
    return this.#queue.run((work) => {
      const before = this.#tokens.recall(token, work);
      if (before !== undefined) return before;
      const records = work.table.draft(drafts);
      for (const record of records) work.put(record);
      this.#tokens.remember(token, records, work);
      return records;
    });
  }

  update(id: ClientId, change: RecordChange): Promise<StoredRecord | undefined> {
    return this.#queue.run((work) => {
      const changed = work.table.change(id, change);
      if (changed?.next === undefined) return changed?.now;
      work.put(changed.next);
      return changed.next;
    });
  }

  touch(seen: ReadonlyMap<ClientId, number>): Promise<void> {
    return this.#queue.run((work) => {
      for (const [id, seconds] of seen) {
        const record = work.table.get(id)?.record;
        const next = record && touched(record, seconds);
        if (next) work.put(next);
      }
    });
  }

  async watch(on: (changed: readonly ClientId[] | "all") => void): Promise<Watch> {
    await this.#store.clients.refresh();
    return this.#store.feed.watch(on);
  }

  health() {
    return fileHealth(this.#store);
  }

  verify({ repair }: { readonly repair: boolean }) {
    return verifyFiles(this.#store, repair);
  }

  /** A killed writer's half of a file goes; a copy that an upgrade has made is the operator's. */
  async scrub(): Promise<readonly string[]> {
    const { files, clients, committer } = this.#store;
    await clients.refresh();
    if (!clients.exists) return [];
    const real = realFiles(files);
    const { clients: path, own, schemaVersion, backup } = real;
    await committer.exclusive(() => removeStaleTemporaries([path, own, schemaVersion, backup]));
    return backupsOf(real);
  }

  async migrate(): Promise<MigrationReport> {
    return (await this.#store.committer.migrate()) ?? NOTHING_TO_MIGRATE;
  }
}

const NOTHING_TO_MIGRATE: MigrationReport = {
  from: SCHEMA,
  to: SCHEMA,
  droppedMessageBlacklist: [],
  emptyAllowedTypes: [],
  backup: undefined,
};
