/** What operations work on between BEGIN and COMMIT: a view of the records, and the ways to change them. */
import {
  changeRecord,
  draftRecords,
  isSecretInTheClear,
  isTombstone,
  SCHEMA,
  touched,
} from "@hivemind/db-core/backend";
import type {
  ClientId,
  CommitOutcome,
  IndexName,
  InsertWork,
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
import { losesSecret } from "./lost-secrets.ts";
import { asStored } from "./row-codec.ts";
import { writeState } from "./state-rows.ts";
import type { Tables } from "./tables.ts";
import { TransactionTables } from "./transaction-tables.ts";
import type { TransactionHost } from "./transaction-tables.ts";
import { Unwritten } from "./unwritten.ts";

export class Transaction implements RecordView, InsertWork {
  readonly connection: Connection;
  readonly #tables: TransactionTables;
  readonly #onEnd: ((outcome: CommitOutcome) => void)[] = [];
  #isAsked = false;
  #highestId: ClientId | undefined;
  readonly #unwritten = new Unwritten();
  #writes = 0;
  #isUndone = false;
  #hasForgotten = false;

  constructor(connection: Connection, tables: Tables, host: TransactionHost) {
    this.connection = connection;
    this.#tables = new TransactionTables(connection, tables, host);
  }

  /** What the transaction did to a store of schema 1. */
  get report(): MigrationReport | undefined {
    return this.#tables.report;
  }

  /** Of a migration that nobody has asked for, and so nobody gets as an answer. */
  get unaskedReport(): MigrationReport | undefined {
    return this.#isAsked ? undefined : this.report;
  }

  /** A password that was there is not to be found any more. */
  get hasForgotten(): boolean {
    return this.#hasForgotten;
  }

  /** With what was put off: it is written before anybody looks. */
  get clients(): ClientRows | undefined {
    this.writeOut();
    return this.#tables.now.clients;
  }

  /** Nobody else gives ids meanwhile. */
  get highestId(): ClientId {
    this.#highestId ??= this.#tables.now.clients?.highestId() ?? 0;
    return this.#highestId;
  }

  /** How often an operation was about to write: one that leaves it as it was has changed nothing. */
  get writeCount(): number {
    return this.#writes;
  }

  has(id: ClientId): boolean {
    const { clients } = this;
    return clients !== undefined && (clients.get(id) !== undefined || clients.wasRevoked(id));
  }

  get(id: ClientId): StoredEntry | undefined {
    return this.clients?.get(id);
  }

  find(index: IndexName, value: string): readonly StoredEntry[] {
    // Whether a new key is free is asked while the rows before it are still put off: so adds share a statement.
    if (index !== "accessKey" || this.#unwritten.hasAccessKey(value)) this.writeOut();
    return this.#tables.now.clients?.find(index, value) ?? [];
  }

  hasAny(index: IndexName, values: ReadonlySet<string>): boolean {
    this.writeOut();
    if (index === "accessKey") return this.#tables.now.clients?.hasAnyKey(values) ?? false;
    return [...values].some((value) => this.find(index, value).length > 0);
  }

  /** Answers the records as they are stored. Their rows are put off, to be written with those of other callers. */
  insert(drafts: readonly RecordDraft[]): readonly StoredRecord[] {
    const records = draftRecords(this, drafts).map(asStored);
    this.#writes += 1;
    this.#tables.makeReady();
    this.#unwritten.add(records);
    this.#highestId = records.reduce((highest, { client_id: id }) => Math.max(highest, id), this.highestId);
    return records;
  }

  /**
   * Writes the rows that were put off: before anything else reads or changes rows, and at the end. Where it fails, nobody
   * can tell whose row it was: nothing stays.
   */
  writeOut(): void {
    const records = this.#unwritten.take();
    if (records.length === 0) return;
    try {
      this.#tables.makeReady().insert(records);
    } catch (error) {
      if (this.connection.inTransaction) this.undo();
      throw error;
    }
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
    const now = this.#tables.now.state?.get(scope, key);
    const next = change(now);
    if (next === now) return now;
    this.writes();
    this.#hasForgotten ||= isSecretInTheClear(now);
    writeState(this.connection, scope, key, next);
    return next;
  }

  migrate(): MigrationReport | undefined {
    if (this.#tables.now.clients === undefined || this.#tables.now.layout.schema === SCHEMA) return undefined;
    this.writes();
    this.#isAsked = true;
    return this.#tables.report;
  }

  /** Ready to write: what the store lacks for it has been made. */
  writes(): ClientWrites {
    this.#writes += 1;
    this.writeOut();
    return this.#tables.makeReady();
  }

  /** Nothing that any operation has written stays. */
  undo(): void {
    // First: whatever becomes of the next line, nothing of this may be committed.
    this.#isUndone = true;
    this.connection.exec("ROLLBACK");
  }

  get isUndone(): boolean {
    return this.#isUndone;
  }

  /** What every commit that wrote does besides. */
  finish(): void {
    if (this.#writes === 0 || this.#tables.now.writes === undefined) return;
    this.#tables.now.writes.indexMarked();
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
