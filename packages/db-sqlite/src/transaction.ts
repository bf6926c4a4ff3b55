/** What operations work on between BEGIN and COMMIT: a view of the records, and the ways to change them. */
import {
  changeRecord,
  draftRecords,
  isJsonObject,
  isSecretInTheClear,
  isTombstone,
  OWN_METADATA,
  sameJson,
  SCHEMA,
  touched,
} from "@hivemind/db-core/backend";
import type {
  ClientId,
  CommitOutcome,
  IndexName,
  InsertWork,
  Json,
  MigrationReport,
  RecordChange,
  RecordDraft,
  RecordView,
  StoredEntry,
  StoredRecord,
} from "@hivemind/db-core/backend";
import { pruneLog } from "./change-log.ts";
import type { ClientRows } from "./client-rows.ts";
import type { ClientWrites } from "./client-writes.ts";
import type { Connection } from "./driver.ts";
import { readLayout } from "./layout.ts";
import { writeState } from "./state-rows.ts";
import { tablesOf } from "./tables.ts";
import type { Tables } from "./tables.ts";
import { upgradeStore } from "./upgrade-store.ts";

export interface TransactionHost {
  readonly path: string;
  /** Keeps the file as it was before this transaction, and answers where. */
  backUp(): string;
}

export class Transaction implements RecordView, InsertWork {
  readonly connection: Connection;
  readonly #host: TransactionHost;
  readonly #onEnd: ((outcome: CommitOutcome) => void)[] = [];
  #tables: Tables;
  #report: MigrationReport | undefined;
  #isAsked = false;
  #highestId: ClientId | undefined;
  #writes = 0;
  #isUndone = false;
  #hasForgotten = false;

  constructor(connection: Connection, tables: Tables, host: TransactionHost) {
    this.connection = connection;
    this.#tables = tables;
    this.#host = host;
  }

  /** What the transaction did to a store of schema 1. */
  get report(): MigrationReport | undefined {
    return this.#report;
  }

  /** Of a migration that nobody has asked for, and so nobody gets as an answer. */
  get unaskedReport(): MigrationReport | undefined {
    return this.#isAsked ? undefined : this.#report;
  }

  /** A password that was there is not to be found any more. */
  get hasForgotten(): boolean {
    return this.#hasForgotten;
  }

  get clients(): ClientRows | undefined {
    return this.#tables.clients;
  }

  /** Nobody else gives ids meanwhile. */
  get highestId(): ClientId {
    this.#highestId ??= this.#tables.clients?.highestId() ?? 0;
    return this.#highestId;
  }

  /** How often an operation was about to write: one that leaves it as it was has changed nothing. */
  get writeCount(): number {
    return this.#writes;
  }

  has(id: ClientId): boolean {
    const { clients } = this.#tables;
    return clients !== undefined && (clients.get(id) !== undefined || clients.wasRevoked(id));
  }

  get(id: ClientId): StoredEntry | undefined {
    return this.#tables.clients?.get(id);
  }

  find(index: IndexName, value: string): readonly StoredEntry[] {
    return this.#tables.clients?.find(index, value) ?? [];
  }

  insert(drafts: readonly RecordDraft[]): readonly StoredRecord[] {
    const records = draftRecords(this, drafts);
    const inserted = this.writes().insert(records);
    this.#highestId = inserted.reduce((highest, { client_id: id }) => Math.max(highest, id), this.highestId);
    return inserted;
  }

  change(id: ClientId, change: RecordChange): StoredRecord | undefined {
    const changed = changeRecord(this, id, change);
    if (changed?.next === undefined) return changed?.now;
    const { now, next } = changed;
    this.#hasForgotten ||= isTombstone(next) || losesSecret(now, next);
    return this.writes().update(now, next);
  }

  touch(seen: ReadonlyMap<ClientId, number>): void {
    for (const [id, seconds] of seen) {
      const record = this.get(id)?.record;
      if (record !== undefined && touched(record, seconds) !== undefined) this.writes().touch(id, seconds);
    }
  }

  changeState(
    scope: string,
    key: string,
    change: (now: string | undefined) => string | undefined,
  ): string | undefined {
    const now = this.#tables.state?.get(scope, key);
    const next = change(now);
    if (next === now) return now;
    this.writes();
    this.#hasForgotten ||= isSecretInTheClear(now);
    writeState(this.connection, scope, key, next);
    return next;
  }

  migrate(): MigrationReport | undefined {
    if (this.#tables.clients === undefined || this.#tables.layout.schema === SCHEMA) return undefined;
    this.writes();
    this.#isAsked = true;
    return this.#report;
  }

  /** Ready to write: what the store lacks for it has been made. */
  writes(): ClientWrites {
    this.#writes += 1;
    const { path } = this.#host;
    if (this.#tables.writes === undefined) {
      this.#report = upgradeStore(this.connection, this.#tables.layout, path, () => this.#host.backUp());
      this.#tables = tablesOf(this.connection, readLayout(this.connection, path));
    }
    const { writes } = this.#tables;
    if (writes === undefined) throw new TypeError(`the tables in ${path} are not what was just made`);
    return writes;
  }

  /** Nothing that any operation has written stays. */
  undo(): void {
    this.connection.exec("ROLLBACK");
    this.#isUndone = true;
  }

  get isUndone(): boolean {
    return this.#isUndone;
  }

  /** What every commit that wrote does besides. */
  finish(): void {
    if (this.#writes === 0 || this.#tables.writes === undefined) return;
    this.#tables.writes.indexMarked();
    pruneLog(this.connection);
  }

  onEnd(callback: (outcome: CommitOutcome) => void): void {
    this.#onEnd.push(callback);
  }

  /** Only the first one counts. */
  end(outcome: CommitOutcome): void {
    for (const callback of this.#onEnd.splice(0)) callback(outcome);
  }
}

/** One that was in the clear. What was sealed stays readable for whoever has the key, wherever it is. */
function losesSecret(now: StoredRecord, next: StoredRecord): boolean {
  const [before, after] = [secretsOf(now), secretsOf(next)];
  return before.some((secret, i) => secret !== null && !sameJson(secret, after[i]));
}

function secretsOf({
  password = null,
  crypto_key: cryptoKey = null,
  metadata,
}: StoredRecord): readonly Json[] {
  const own = isJsonObject(metadata) ? metadata[OWN_METADATA] : undefined;
  return [password, cryptoKey, isJsonObject(own) ? (own["secret_metadata"] ?? null) : null];
}
