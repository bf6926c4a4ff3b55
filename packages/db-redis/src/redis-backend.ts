/**
 * The backend over the keyspace of one server.
 * Over 200 lines: the members of the contract, a few lines each; the work is in the files beside it.
 */
import { DbError } from "@hivemind/db-core/backend";
import type {
  Backend,
  ClientId,
  Finding,
  IndexName,
  MigrationReport,
  OnNotice,
  RecordChange,
  RecordDraft,
  StateStore,
  StoredEntry,
  StoredRecord,
  StoreInfo,
  Watch,
} from "@hivemind/db-core/backend";
import { auditTypes } from "./audit-types.ts";
import { ConfirmedWrites } from "./confirmed-writes.ts";
import { Connection } from "./connection.ts";
import type { Feed } from "./feed.ts";
import { redisHealth } from "./health.ts";
import { Inserter } from "./inserter.ts";
import type { Keyspace } from "./keyspace.ts";
import { makeRoute } from "./make-route.ts";
import { migrate } from "./migrate.ts";
import type { ReadyOptions } from "./certificates.ts";
import type { RecordReader } from "./record-reader.ts";
import { redisState } from "./redis-state.ts";
import { RevocationKeeper } from "./revocation-keeper.ts";
import { REFUSED_COMMANDS } from "./scripts/store.ts";
import { isSplit, SplitWrites } from "./split-writes.ts";
import { Steps } from "./steps.ts";
import type { StoreIdentity } from "./store-identity.ts";
import { Toucher } from "./toucher.ts";
import { Updater } from "./updater.ts";
import { verify } from "./verify.ts";
import { Writer } from "./writer.ts";

/** The parts of an open store. */
export interface RedisStore {
  readonly options: ReadyOptions;
  readonly connection: Connection;
  readonly keys: Keyspace;
  readonly identity: StoreIdentity;
  readonly reader: RecordReader;
  readonly feed: Feed;
  readonly onNotice: OnNotice;
}

export class RedisBackend implements Backend {
  readonly state: StateStore;
  readonly #store: RedisStore;
  readonly #writer: Writer;
  readonly #inserter: Inserter;
  readonly #updater: Updater;
  readonly #toucher: Toucher;
  readonly #keeper: RevocationKeeper;
  /** Where the keys are all over a cluster. */
  readonly #split: SplitWrites | undefined;
  #preparing: Promise<void> | undefined;
  #mayWrite = false;

  constructor(store: RedisStore) {
    const { connection, keys, identity, reader } = store;
    this.#store = store;
    const writer = new Writer(connection, keys, identity, confirmedWrites(store));
    const { location } = connection;
    this.#writer = writer;
    this.#inserter = new Inserter(writer, location, keys, identity, reader);
    const steps = new Steps(connection, keys, writer);
    this.#updater = new Updater(writer, location, keys, identity, reader, steps);
    this.#toucher = new Toucher(connection, keys, identity, reader, steps);
    this.#keeper = new RevocationKeeper({ ...store, updater: this.#updater });
    store.feed.onRevocations = (changed) => void this.#keeper.keep(changed, () => this.#prepareFirst(false));
    const split = isSplit(connection, keys) ? new SplitWrites(store, writer, steps) : undefined;
    this.#split = split;
    const parts = { connection, keys, identity, reader, writer, steps };
    const state = redisState(parts, () => this.#prepareFirst(true));
    this.state =
      split === undefined
        ? state
        : {
            ...state,
            update: async (...args) => {
              await this.#prepareFirst(false);
              return split.changeState(state, ...args);
            },
          };
  }

  info(): StoreInfo {
    const { connection, identity, keys, options } = this.#store;
    const { addedMs } = connection.freshness;
    return {
      storeId: identity.storeId,
      schema: identity.schema,
      location: `${connection.location} (${keys.prefix})`,
      guarantees: {
        freshWithinMs: addedMs === null ? null : options.leaseMs + addedMs,
        survives: "as-configured-in-the-server",
      },
    };
  }

  async close(): Promise<void> {
    this.#keeper.close();
    await this.#store.feed.close();
    await Promise.all([this.#writer.close(), this.#store.connection.close()]);
  }

  get(ids: readonly ClientId[]): Promise<ReadonlyMap<ClientId, StoredEntry>> {
    return this.#store.reader.get(ids);
  }

  find(index: IndexName, values: readonly string[]): Promise<ReadonlyMap<string, readonly StoredEntry[]>> {
    return this.#store.reader.find(index, values);
  }

  list(): AsyncGenerator<readonly StoredEntry[]> {
    return this.#store.reader.list();
  }

  async insert(drafts: readonly RecordDraft[], token: string): Promise<readonly StoredRecord[]> {
    if (this.#split !== undefined) throw this.#split.refuse("add clients");
    await this.#prepareFirst(true);
    return this.#inserter.insert(drafts, token);
  }

  async update(id: ClientId, change: RecordChange): Promise<StoredRecord | undefined> {
    await this.#prepareFirst(false);
    if (this.#split !== undefined) return this.#split.update(id, change);
    return this.#updater.update(id, change);
  }

  async touch(seen: ReadonlyMap<ClientId, number>): Promise<void> {
    await this.#prepareFirst(false);
    if (this.#split !== undefined) return this.#split.touch(seen);
    return this.#toucher.touch(seen);
  }

  watch(on: (changed: readonly ClientId[] | "all") => void): Promise<Watch> {
    return this.#store.feed.watch(on);
  }

  health() {
    return redisHealth(this.#store);
  }

  async *verify({ repair }: { readonly repair: boolean }): AsyncGenerator<Finding> {
    if (this.#split !== undefined) {
      yield* this.#split.verify(repair);
      return;
    }
    // What is damaged here is in the way of everything else.
    const store = yield* auditTypes(this.#store, repair);
    if (repair) await this.#prepareFirst(false);
    yield* verify(store, this.#updater, repair);
  }

  /** Nothing of it is in our hands. */
  async scrub(): Promise<readonly string[]> {
    return [
      "the append-only file and the dump of the server, until it writes them anew (BGREWRITEAOF, BGSAVE), and backups of them",
    ];
  }

  async migrate(): Promise<MigrationReport> {
    if (this.#split !== undefined) throw this.#split.refuse("upgrade the store");
    await this.#prepareFirst(false);
    return migrate(this.#store, this.#updater, this.#writer);
  }

  /** Before the first write of this handle; `creates`: of those that can be the first of the store. */
  async #prepareFirst(creates: boolean): Promise<void> {
    if (this.#mayWrite && !this.#isUnsettled(creates)) return;
    this.#preparing ??= this.#prepare(creates).finally(() => (this.#preparing = undefined));
    await this.#preparing;
  }

  /** The write may be the one that gives the store its schema, and others can have filled it meanwhile. */
  #isUnsettled(creates: boolean): boolean {
    const { identity } = this.#store;
    return identity.isUnmarked && (creates || identity.isNew);
  }

  async #prepare(creates: boolean): Promise<void> {
    const { identity, reader } = this.#store;
    const isFirst = !this.#mayWrite;
    if (isFirst) await Promise.all([this.#refuseByHalves(), this.#writer.check()]);
    if (this.#isUnsettled(creates)) {
      await identity.look();
      // Whether there is anything at all decides which schema the store gets.
      if (identity.isUnmarked) identity.setNew((await reader.names()).length === 0);
    }
    this.#mayWrite = true;
    if (isFirst && this.#split === undefined) await this.#keeper.keepAll();
  }

  /** A command that this user may not run would be refused amid a script, which leaves half of a write. */
  async #refuseByHalves(): Promise<void> {
    const { connection, keys } = this.#store;
    const refused = (await connection.run(REFUSED_COMMANDS, [keys.meta], [], {
      follows: true,
    })) as readonly string[];
    if (refused.length === 0) return;
    const commands = refused.map((command) => command.toLowerCase()).join(", ");
    throw new DbError(
      "refused",
      `redis at ${connection.location}: this user may not run ${commands}: see the ACL rule in the README`,
    );
  }
}

/** Nothing is connected before the first write. */
function confirmedWrites({ options, keys }: RedisStore): ConfirmedWrites | undefined {
  const { durability } = options;
  if (durability === undefined) return undefined;
  // An answer comes when the replicas have given theirs, or have not.
  const patient = { ...options, commandTimeoutMs: options.commandTimeoutMs + durability.timeoutMs };
  return new ConfirmedWrites(() => {
    const connection = new Connection(patient, makeRoute(patient));
    connection.home = keys.meta;
    return connection;
  }, durability);
}
