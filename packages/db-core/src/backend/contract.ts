/**
 * The contract of a backend: everything an author implements, and nothing else.
 *
 * A backend keeps records (JSON objects, secrets included) and finds them. What they mean, who may do what,
 * validation, life cycle and the wording of errors belong to `ClientDatabase`, once for all backends.
 *
 * - Inputs are validated and frozen. Neither keep nor change them; hand out nothing that aliases your state.
 * - Every failure is a `DbError` of the closed list. Cannot tell is an error, never an empty answer.
 * - When a write resolves, it is durable. When it rejects, nothing of it happened, but for `unconfirmed`.
 * - Every method may be called at any time between `open` and `close`, and many at once.
 *
 * `@hivemind/db-core/conformance` holds a backend to every sentence of this file.
 * Over 200 lines: the whole contract stands in one place, and half of it is what it promises.
 */
import type { ClientId } from "../client.ts";
import type { Json, JsonObject } from "../json.ts";
import type { OnNotice } from "../notice.ts";
import type { OptionsSchema } from "./options.ts";

/** Changes when a backend written for the last version would misbehave; the loader refuses another one. */
export const API_VERSION = 1;

/** What a backend package exports by default, and how it is recognised. */
export interface BackendPlugin<Options = unknown> {
  readonly apiVersion: typeof API_VERSION;
  /** The npm package. */
  readonly name: string;
  readonly capabilities: Capabilities;
  /** Any Standard Schema (zod, valibot, ...). Gets the config block without nulls, secrets resolved. */
  readonly options: OptionsSchema<Options>;
  /** Options that hold a secret: masked wherever a config is shown; `<name>_file` and `<name>_env` work too. */
  readonly secretOptions: readonly string[];
  /**
   * Opens the store; writes nothing. `missing-store` where there is none, unless `create`: no file or keys, or ones
   * without a store id of ours and without any record that can be read.
   */
  open(options: Options, host: BackendHost): Promise<Backend>;
  /**
   * Is there a store at these options? Asked before a default backend is chosen. Cheap; opens nothing. Absent:
   * the backend has no default place, and without options in the config there is no store.
   */
  hasStore?(options: Options): Promise<boolean>;
  /**
   * Copies the store at these options to another layout beside it, and leaves the old one as it is. Cut off, it is
   * run again and goes on. Absent: there is only one layout.
   */
  convert?(options: Options, how: ConvertOptions): Promise<ConvertReport>;
  /**
   * For how long core collects touches before it writes them, in ms, where the config does not say: for a store
   * in which each write is dear. Absent: 1,000.
   */
  readonly lastSeenIntervalMs?: number;
}

export interface ConvertOptions {
  /** Which layout, in the words of the backend. Absent: the one it advises. */
  readonly to?: string | undefined;
  /** Only look: what would be done, and is anything in the way? */
  readonly dryRun: boolean;
  readonly onProgress?: (done: number, total: number) => void;
  readonly signal?: AbortSignal;
}

/** Of what has been copied, and compared at the end, record by record. */
export interface ConvertReport {
  /** The old place and the new one, for people. */
  readonly from: string;
  readonly to: string;
  /** `false`: a dry run. */
  readonly isDone: boolean;
  readonly records: number;
  readonly tombstones: number;
  /** Ids that are known to be revoked beside their records. */
  readonly revocations: number;
  readonly stateEntries: number;
  /** Ids of records that cannot be read, copied as they are. */
  readonly unreadable: readonly string[];
  /** Ids of what is no record, or no text: not copied. */
  readonly leftBehind: readonly string[];
  /** Ids of records that were changed while they were copied, and copied again. */
  readonly changedMeanwhile: readonly string[];
}

/** All else is mandatory. Each one that is absent has its own test: the call is `unsupported`. */
export interface Capabilities {
  /** The `password` option encrypts the store. */
  readonly encryption: boolean;
  /** Nodes on several machines can share the store. */
  readonly multiNode: boolean;
  /** What was acknowledged outlives the process, and other processes see it. */
  readonly durability: boolean;
  /** Has `backup`. */
  readonly backup: boolean;
}

export interface BackendHost {
  /** Make the store where there is none, with the first write. */
  readonly create: boolean;
  readonly onNotice: OnNotice;
}

export interface Backend {
  info(): StoreInfo;
  /** Waits for writes under way, then releases everything. Called once. */
  close(): Promise<void>;

  /** A batch by id, tombstones included. An id that does not exist is absent from the map. */
  get(ids: readonly ClientId[]): Promise<ReadonlyMap<ClientId, StoredEntry>>;
  /** Every match, compared with the record itself (`matches`); no tombstones. A value without one is absent. */
  find(index: IndexName, values: readonly string[]): Promise<ReadonlyMap<string, readonly StoredEntry[]>>;
  /**
   * Pages in ascending id: exactly once what existed throughout, and everything that `find` could answer, unreadable
   * or not. May hold ids in memory, never all records. Between two pages everything else in the process has its turn; a
   * page may be empty, so that nobody has to wait for a long search.
   */
  list(): AsyncIterable<readonly StoredEntry[]>;

  /**
   * Up to 1,000 records, all or none, in one atomic step: ids allocated (highest living or dead id + 1, and
   * dense), access keys and fingerprints checked to be free. Answers in the order of the drafts. The same
   * token again, on the same handle: what was made then, and nothing is written.
   */
  insert(drafts: readonly RecordDraft[], token: string): Promise<readonly StoredRecord[]>;
  /**
   * Read, change, write: one atomic step. Answers the record after it; `undefined` where the id is unknown.
   * `change` is synchronous and pure and may run several times; where it answers `undefined`, nothing is
   * written; what it throws passes through. Access key and fingerprints must stay unique.
   */
  update(id: ClientId, change: RecordChange): Promise<StoredRecord | undefined>;
  /** Moves `last_seen` (Unix seconds) forward, never back. Ignores tombstones and unknown ids. Not a change. */
  touch(seen: ReadonlyMap<ClientId, number>): Promise<void>;

  /**
   * Tells of every change by anyone, this handle included. Touches are no changes; one by another program may
   * be told all the same, where it cannot be told apart. One `close` a watch.
   */
  watch(on: (changed: readonly ClientId[] | "all") => void): Promise<Watch>;
  /** What the node itself remembers. */
  readonly state: StateStore;

  /** Cheap: for a container's HEALTHCHECK. Never throws; a broken store is an answer. */
  health(): Promise<Health>;
  /** The expensive truth: everything derived compared with the records. Mends with `repair`. */
  verify(options: { readonly repair: boolean }): AsyncIterable<Finding>;

  /** Upgrades a schema-1 store now. Absent: a schema-1 store is upgraded with its first write. */
  migrate?(): Promise<MigrationReport>;
  /**
   * Sees to it that what was replaced or removed cannot be read from the store's files any more, as far as a program
   * can. Answers, for an operator, where it may still stand: paths, or what they are. Called after a rekey.
   */
  scrub?(): Promise<readonly string[]>;
  /** An online copy of the whole store, as private as the store. */
  backup?(path: string): Promise<void>;
}

/** A record as it is stored, of either schema: snake_case, unknown fields included. Frozen. */
export interface StoredRecord extends JsonObject {
  readonly client_id: ClientId;
  readonly api_key: string;
}

/** A record, or the reason why there is none where one should be. Made by `parseRecord` and `toEntry`. */
export type StoredEntry = ReadableEntry | UnreadableEntry;

export interface ReadableEntry {
  readonly id: ClientId;
  readonly record: StoredRecord;
}

export interface UnreadableEntry {
  /** `undefined` where not even the id can be read. */
  readonly id: ClientId | undefined;
  readonly record?: never;
  /** Without secrets. */
  readonly reason: string;
  /** Could it hold this value? Then nobody can say that the value is unknown. */
  mentions(value: string): boolean;
}

export type IndexName = "accessKey" | "name" | "fingerprint";

export interface RecordDraft {
  /** Absent: allocated. Taken already: `duplicate-key`. */
  readonly id?: ClientId;
  /** Synchronous and pure; may run several times with different ids. */
  make(id: ClientId): StoredRecord;
}

export type RecordChange = (now: StoredRecord) => StoredRecord | undefined;

export interface Watch {
  /**
   * Monotonic milliseconds (`performance.now()`): every change committed before that moment has been
   * delivered. Synchronous; a backend that can check the store does so now, delivers, and answers now.
   */
  provenAt(): number;
  close(): Promise<void>;
}

/** Texts under a scope (`shared` or `node:<nodeId>`) and a key. Core decides what they hold. */
export interface StateStore {
  get(scope: string, key: string): Promise<string | undefined>;
  list(scope: string): Promise<ReadonlyMap<string, string>>;
  /** Every scope that has an entry, in any order: for copies of a whole store. */
  scopes(): Promise<readonly string[]>;
  /** Atomic, as `Backend.update`. `change` answers `undefined` to remove. Answers the text after it. */
  update(
    scope: string,
    key: string,
    change: (now: string | undefined) => string | undefined,
  ): Promise<string | undefined>;
}

export interface StoreInfo {
  /** Given to the store with its first write by us, kept where a Python hub never writes. */
  readonly storeId: string | undefined;
  /** Of the data as it is now. */
  readonly schema: 1 | 2;
  /** Where the store is, for people: a path, or an address without its password. */
  readonly location: string;
  readonly guarantees: Guarantees;
}

export interface Guarantees {
  /** How long a change made elsewhere can go unseen, in ms; 0: seen at the next call; `null`: not bounded. */
  readonly freshWithinMs: number | null;
  /** What an acknowledged write survives. */
  readonly survives: "nothing" | "process-crash" | "power-loss" | "as-configured-in-the-server";
}

export interface Health {
  readonly ok: boolean;
  /** One sentence for an operator. */
  readonly message: string;
  readonly details: { readonly [name: string]: Json };
  /** What works, and should not stay as it is: each a sentence that says what to do. Absent: nothing. */
  readonly warnings?: readonly string[];
}

export interface Finding {
  /** Stable, kebab-case: what is wrong. */
  readonly code: string;
  readonly severity: "error" | "warning" | "info";
  /** What is wrong and what to do, in one or two sentences without secrets. */
  readonly message: string;
  readonly clientIds: readonly ClientId[];
  /** `repair` can mend it, or has done so. */
  readonly repair: "none" | "possible" | "done";
}

export interface MigrationReport {
  readonly from: 1 | 2;
  readonly to: 2;
  /** Clients whose `message_blacklist` was dropped: the allow-list took its place. */
  readonly droppedMessageBlacklist: readonly ClientId[];
  /** Clients whose empty `allowed_types` a schema-1 hub filled with defaults, and which may send nothing now. */
  readonly emptyAllowedTypes: readonly ClientId[];
  /** Where the data as it was has been kept. */
  readonly backup: string | undefined;
}
