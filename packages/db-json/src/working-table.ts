import type {
  ClientId,
  CommitOutcome,
  InsertWork,
  RecordTable,
  StoredEntry,
  StoredRecord,
} from "@hivemind/db-core/backend";

/**
 * The table while a commit works on it: everything put can be taken back. Nothing of it may be seen by a
 * reader before it is on the disk, so it is all taken back before the file is written.
 */
export class WorkingTable implements InsertWork {
  readonly table: RecordTable;
  readonly #undo: (() => void)[] = [];
  readonly #put = new Map<ClientId, StoredRecord>();
  readonly #onEnd: ((outcome: CommitOutcome) => void)[] = [];

  constructor(table: RecordTable) {
    this.table = table;
  }

  get(id: ClientId): StoredEntry | undefined {
    return this.table.get(id);
  }

  put(record: StoredRecord): void {
    const id = record.client_id;
    const before = this.table.get(id);
    const putBefore = this.#put.get(id);
    this.table.set(id, { id, record });
    this.#put.set(id, record);
    this.#undo.push(() => {
      restore(this.table, id, before);
      if (putBefore === undefined) this.#put.delete(id);
      else this.#put.set(id, putBefore);
    });
  }

  /** Runs one operation; where it throws, nothing of it is left. */
  attempt<T>(operation: (work: WorkingTable) => T): T {
    const mark = this.#undo.length;
    try {
      return operation(this);
    } catch (error) {
      this.#undoTo(mark);
      throw error;
    }
  }

  onEnd(callback: (outcome: CommitOutcome) => void): void {
    this.#onEnd.push(callback);
  }

  end(outcome: CommitOutcome): void {
    for (const callback of this.#onEnd) callback(outcome);
  }

  /** Takes everything back, and answers what it was. */
  takeBack(): ReadonlyMap<ClientId, StoredRecord> {
    const records = new Map(this.#put);
    this.#undoTo(0);
    return records;
  }

  #undoTo(mark: number): void {
    while (this.#undo.length > mark) this.#undo.pop()?.();
  }
}

function restore(table: RecordTable, id: ClientId, before: StoredEntry | undefined): void {
  if (before === undefined) table.delete(id);
  else table.set(id, before);
}
