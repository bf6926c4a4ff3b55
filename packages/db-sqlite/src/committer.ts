/** The way of a write: lock, run what is waiting, one COMMIT and one flush for all, and only then say so. */
import { rmSync } from "node:fs";
import { dirname } from "node:path";
import { setImmediate as turn } from "node:timers/promises";
import { flushFolder, isDbError, makeFolder, migrationNotice } from "@hivemind/db-core/backend";
import type { FileFeed, OnNotice, Pending } from "@hivemind/db-core/backend";
import type { Connector } from "./connector.ts";
import { copyInto } from "./copy-store.ts";
import { identityOf } from "./held-files.ts";
import { makeStore, newFileBeside, publish } from "./new-store.ts";
import type { Reader } from "./reader.ts";
import { emptyLog } from "./scrub.ts";
import { isBusy, sqliteError } from "./sqlite-error.ts";
import { commitError, outcome, writingOut } from "./outcome.ts";
import { Transaction } from "./transaction.ts";
import { whenFree } from "./when-free.ts";
import { Writer } from "./writer.ts";
import type { WriterSettings } from "./writer.ts";

export interface CommitterParts {
  readonly connector: Connector;
  readonly reader: Reader;
  readonly feed: FileFeed;
  readonly settings: WriterSettings & { readonly busyTimeoutMs: number };
  readonly onNotice: OnNotice;
}

export class Committer {
  readonly #parts: CommitterParts;
  #writer: Writer | undefined;
  #warnedOfMode = false;

  constructor(parts: CommitterParts) {
    this.#parts = parts;
  }

  close(): void {
    this.#writer?.close();
    this.#writer = undefined;
  }

  async commit(batch: readonly Pending<Transaction>[]): Promise<void> {
    const { connector, settings, onNotice } = this.#parts;
    const { writer, work } = await this.#begin();
    const settle: (() => void)[] = [];
    let isCommitting = false;
    try {
      for (const pending of [...batch, writingOut(batch)]) {
        const done = outcome(work, pending, connector.path);
        if (work.isUndone) return await this.#takeApart(batch, work, done);
        settle.push(done);
      }
      work.finish();
      if (work.report?.backup !== undefined) await flushFolder(dirname(connector.path));
      isCommitting = true;
      await whenFree(settings.busyTimeoutMs, () => writer.commit());
      writer.refuseGone();
    } catch (error) {
      const failure = isCommitting
        ? commitError(error, connector.path)
        : sqliteError(error, "write", connector.path);
      this.#abandon(writer);
      work.end(isDbError(failure) && failure.code === "unconfirmed" ? "unknown" : "discarded");
      throw failure;
    }
    work.end("committed");
    for (const done of settle) done();
    if (work.unaskedReport !== undefined) onNotice(migrationNotice(work.unaskedReport));
    this.#afterCommit(writer, work);
  }

  /**
   * One has failed after it had written, and what the others wrote went with it. They run again, each in a transaction
   * of its own, and each hears of its own. A savepoint for each would spare that, and cost every add a tenth of its time.
   */
  async #takeApart(
    batch: readonly Pending<Transaction>[],
    work: Transaction,
    done: () => void,
  ): Promise<void> {
    work.end("discarded");
    // Of the file as it still is.
    if (work.report?.backup !== undefined) rmSync(work.report.backup, { force: true });
    if (batch.length === 1) return done();
    for (const pending of batch) {
      await this.commit([pending]).catch(pending.reject);
      // Each waits for the disk, and everything else in the process shall not wait for all of them.
      await turn();
    }
  }

  async #begin(): Promise<{ readonly writer: Writer; readonly work: Transaction }> {
    const { connector, settings, reader } = this.#parts;
    try {
      // Before anything is made: a store that is gone stays gone.
      await whenFree(settings.busyTimeoutMs, () => reader.refresh());
      if (identityOf(connector.path) === undefined) {
        await makeFolder(dirname(connector.path));
        await makeStore(connector);
      }
      await connector.prepare();
      return await whenFree(settings.busyTimeoutMs, () => {
        this.#writer ??= new Writer(connector, settings);
        const writer = this.#writer;
        const tables = writer.begin();
        return {
          writer,
          work: new Transaction(writer.connection, tables, {
            path: connector.path,
            backUp: () => this.#backUp(),
          }),
        };
      });
    } catch (error) {
      if (this.#writer !== undefined) this.#abandon(this.#writer);
      throw sqliteError(error, "write", connector.path);
    }
  }

  /** A connection that failed is not used again: what it holds of the file may not be true any more. */
  #abandon(writer: Writer): void {
    this.#writer = undefined;
    if (writer.hasLostLog) this.#parts.reader.refuse();
    writer.rollback();
    writer.close();
  }

  /** Of the last committed state, through a connection of its own: ours holds the lock and sees its own changes. */
  #backUp(): string {
    const { connector } = this.#parts;
    const path = `${connector.path}.schema-1.bak`;
    const temporary = newFileBeside(path, connector.path);
    try {
      copyInto(connector, temporary);
      if (publish(temporary, path)) return path;
      // From an upgrade that was cut off. Nobody may say which of the two is the better one.
      const other = `${path}.${Date.now()}`;
      publish(temporary, other);
      return other;
    } finally {
      rmSync(temporary, { force: true });
    }
  }

  /** What is written is written by now, and nothing here can change that. */
  #afterCommit(writer: Writer, work: Transaction): void {
    this.#useLog(writer);
    // Where somebody is reading at this moment, the log goes with a later one, or when the last one closes the store.
    if (work.hasForgotten) this.#forget(writer);
    this.#parts.feed.look();
  }

  #forget(writer: Writer): void {
    try {
      emptyLog(writer.connection);
    } catch (error) {
      if (!isBusy(error)) throw sqliteError(error, "write", this.#parts.connector.path);
    }
  }

  #useLog(writer: Writer): void {
    let mode: string;
    try {
      mode = writer.useLog();
    } catch (error) {
      // Somebody is reading in the old mode at this moment: the next commit tries again.
      if (isBusy(error)) return;
      throw sqliteError(error, "write", this.#parts.connector.path);
    }
    if (mode === "wal" || this.#warnedOfMode) return;
    this.#warnedOfMode = true;
    const message = `no write-ahead log in ${this.#parts.connector.path} (mode ${mode}), as on network file systems: readers and writers wait for each other`;
    this.#parts.onNotice({ code: "fallback", message });
  }
}
