/** The backend over one SQLite file. */
import { resolve } from "node:path";
import { setImmediate as turn } from "node:timers/promises";
import { CommitQueue, foundIn, InsertTokens, migrationReport, SCHEMA } from "@hivemind/db-core/backend";
import type {
  Backend,
  ClientId,
  Finding,
  Health,
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
import type { Committer, CommitterParts } from "./committer.ts";
import { backUp } from "./copy-store.ts";
import { goneError } from "./gone.ts";
import { storeHealth } from "./health.ts";
import type { Snapshot } from "./reader.ts";
import { scrubStore } from "./scrub.ts";
import { sqliteError } from "./sqlite-error.ts";
import type { Transaction } from "./transaction.ts";
import { verifyStore } from "./verify.ts";
import { whenFree } from "./when-free.ts";

export interface SqliteStore extends CommitterParts {
  readonly committer: Committer;
}

export class SqliteBackend implements Backend {
  readonly state: StateStore;
  readonly #store: SqliteStore;
  readonly #queue: CommitQueue<Transaction>;
  readonly #tokens = new InsertTokens();

  constructor(store: SqliteStore) {
    this.#store = store;
    this.#queue = new CommitQueue((batch) => store.committer.commit(batch));
    this.state = {
      get: (scope, key) => this.#read(({ state }) => state?.get(scope, key)),
      list: (scope) => this.#read(({ state }) => state?.list(scope) ?? new Map<string, string>()),
      scopes: () => this.#read(({ state }) => state?.scopes() ?? []),
      update: (scope, key, change) => this.#queue.run((work) => work.changeState(scope, key, change)),
    };
  }

  info(): StoreInfo {
    const { reader, connector, settings } = this.#store;
    const { storeId, schema } = reader.layout;
    const survives = settings.synchronous === "full" ? "power-loss" : "process-crash";
    return { storeId, schema, location: connector.path, guarantees: { freshWithinMs: 0, survives } };
  }

  async close(): Promise<void> {
    await this.#queue.idle();
    this.#store.feed.close();
    // The writer last: it moves the log into the file, which a reader would leave beside it.
    this.#store.reader.close();
    this.#store.committer.close();
  }

  get(ids: readonly ClientId[]): Promise<ReadonlyMap<ClientId, StoredEntry>> {
    return this.#readTogether(({ clients }) => foundIn(ids, (id) => clients?.get(id)), ids);
  }

  find(index: IndexName, values: readonly string[]): Promise<ReadonlyMap<string, readonly StoredEntry[]>> {
    // How a client that connects is looked for.
    if (index === "accessKey" && values.length === 1)
      return this.#whenFree(() => foundIn(values, (value) => this.#store.reader.findByKey(value)));
    return this.#readTogether(
      ({ clients }) => foundIn(values, (value) => clients?.find(index, value)),
      values,
    );
  }

  async *list(): AsyncGenerator<readonly StoredEntry[]> {
    let page = await this.#read(({ clients }) => clients?.pageAfter(-1) ?? []);
    for (let last = page.at(-1)?.id; last !== undefined; last = page.at(-1)?.id) {
      yield page;
      // SQLite answers at once, so that nothing else in the process would have its turn before the end.
      await turn();
      const after = last;
      page = await this.#read(({ clients }) => clients?.pageAfter(after) ?? []);
    }
    const withoutId = await this.#read(({ clients }) => clients?.withoutId() ?? []);
    if (withoutId.length > 0) yield withoutId;
  }

  insert(drafts: readonly RecordDraft[], token: string): Promise<readonly StoredRecord[]> {
    return this.#queue.run((work) => {
      const before = this.#tokens.recall(token, work);
      if (before !== undefined) return before;
      const records = work.insert(drafts);
      this.#tokens.remember(token, records, work);
      return records;
    });
  }

  async update(id: ClientId, change: RecordChange): Promise<StoredRecord | undefined> {
    // Without a wait where there is a store: what is called at once shall share a commit.
    if (!this.#store.reader.exists && (await this.#isAbsent())) return undefined;
    return this.#queue.run((work) => work.change(id, change));
  }

  async touch(seen: ReadonlyMap<ClientId, number>): Promise<void> {
    if (!this.#store.reader.exists && (await this.#isAbsent())) return;
    await this.#queue.run((work) => work.touch(seen));
  }

  async watch(on: (changed: readonly ClientId[] | "all") => void): Promise<Watch> {
    await this.#isAbsent();
    return this.#store.feed.watch(on);
  }

  health(): Promise<Health> {
    return storeHealth(this.#store, (read) => this.#read(read));
  }

  verify({ repair }: { readonly repair: boolean }): AsyncGenerator<Finding> {
    return verifyStore(
      this.#store,
      repair,
      (read) => this.#read(read),
      (operation) => this.#queue.run(operation),
    );
  }

  async migrate(): Promise<MigrationReport> {
    const report = (await this.#isAbsent()) ? undefined : await this.#queue.run((work) => work.migrate());
    return report ?? migrationReport([], undefined, SCHEMA);
  }

  async backup(path: string): Promise<void> {
    const { connector } = this.#store;
    if (await this.#isAbsent()) throw goneError(connector.path);
    try {
      await backUp(connector, resolve(path));
    } catch (error) {
      throw sqliteError(error, "write", resolve(path));
    }
  }

  async scrub(): Promise<readonly string[]> {
    const { connector, settings } = this.#store;
    await this.#queue.idle();
    try {
      return await scrubStore(connector, settings.busyTimeoutMs);
    } catch (error) {
      throw sqliteError(error, "write", connector.path);
    }
  }

  /** A store that is not there has nobody to change: that must not make one. */
  async #isAbsent(): Promise<boolean> {
    const { reader } = this.#store;
    return this.#read(() => !reader.exists);
  }

  #read<T>(read: (snapshot: Snapshot) => T): Promise<T> {
    return this.#whenFree(() => read(this.#store.reader.refresh()));
  }

  /** The same, once for each of these. */
  #readTogether<T>(read: (snapshot: Snapshot) => T, { length }: readonly unknown[]): Promise<T> {
    return length < 2 ? this.#read(read) : this.#whenFree(() => this.#store.reader.together(read));
  }

  async #whenFree<T>(read: () => T): Promise<T> {
    const { settings, connector } = this.#store;
    try {
      return await whenFree(settings.busyTimeoutMs, read);
    } catch (error) {
      throw sqliteError(error, "read", connector.path);
    }
  }
}
