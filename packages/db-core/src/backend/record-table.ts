/** All entries of a store in memory, with their indexes: what a backend works on that reads a store as a whole. */
import type { ClientId } from "../client.ts";
import type {
  IndexName,
  RecordChange,
  RecordDraft,
  StoredEntry,
  StoredRecord,
  UnreadableEntry,
} from "./contract.ts";
import { changeRecord, draftRecords } from "./record-rules.ts";
import type { RecordView } from "./record-rules.ts";
import { indexValues, matches } from "./record.ts";

const INDEXES = ["accessKey", "name", "fingerprint"] as const satisfies readonly IndexName[];

export class RecordTable implements RecordView {
  readonly #entries = new Map<ClientId, StoredEntry>();
  readonly #indexes = new Map(INDEXES.map((name) => [name, new Map<string, Set<ClientId>>()]));
  readonly #unreadable = new Map<ClientId, UnreadableEntry>();
  #withoutId: readonly UnreadableEntry[] = [];
  #ascending: readonly ClientId[] | undefined;

  /** Living or dead, readable or not. */
  get highestId(): ClientId {
    return this.ids().at(-1) ?? 0;
  }

  /** Ascending. */
  ids(): readonly ClientId[] {
    this.#ascending ??= [...this.#entries.keys()].toSorted((a, b) => a - b);
    return this.#ascending;
  }

  /** Entries so broken that they have no id. They take part in `find` and `entries` only. */
  get withoutId(): readonly UnreadableEntry[] {
    return this.#withoutId;
  }

  setWithoutId(entries: readonly UnreadableEntry[]): void {
    this.#withoutId = entries;
  }

  *entries(): Iterable<StoredEntry> {
    for (const id of this.ids()) yield this.#entries.get(id) as StoredEntry;
    yield* this.#withoutId;
  }

  has(id: ClientId): boolean {
    return this.#entries.has(id);
  }

  get(id: ClientId): StoredEntry | undefined {
    return this.#entries.get(id);
  }

  set(id: ClientId, entry: StoredEntry): void {
    const before = this.#entries.get(id);
    if (before === undefined) this.#ascending = this.#appended(id);
    else this.#unindex(id, before);
    this.#entries.set(id, entry);
    if (entry.record === undefined) this.#unreadable.set(id, entry);
    else
      for (const name of INDEXES)
        for (const value of indexValues(entry.record, name)) this.#add(name, value, id);
  }

  delete(id: ClientId): void {
    const before = this.#entries.get(id);
    if (before === undefined) return;
    this.#unindex(id, before);
    this.#entries.delete(id);
    this.#ascending = undefined;
  }

  find(index: IndexName, value: string): readonly StoredEntry[] {
    const ids = [...(this.#indexes.get(index)?.get(value) ?? [])].toSorted((a, b) => a - b);
    const readable = ids.map((id) => this.#entries.get(id) as StoredEntry);
    const unreadable = [...this.#unreadable.values(), ...this.#withoutId].filter((entry) =>
      matches(entry, index, value),
    );
    return [...readable, ...unreadable];
  }

  draft(drafts: readonly RecordDraft[]): readonly StoredRecord[] {
    return draftRecords(this, drafts);
  }

  change(id: ClientId, change: RecordChange): ReturnType<typeof changeRecord> {
    return changeRecord(this, id, change);
  }

  #add(index: IndexName, value: string, id: ClientId): void {
    const values = this.#indexes.get(index) as Map<string, Set<ClientId>>;
    const ids = values.get(value);
    if (ids === undefined) values.set(value, new Set([id]));
    else ids.add(id);
  }

  #unindex(id: ClientId, entry: StoredEntry): void {
    this.#unreadable.delete(id);
    if (entry.record === undefined) return;
    for (const name of INDEXES) {
      const values = this.#indexes.get(name) as Map<string, Set<ClientId>>;
      for (const value of indexValues(entry.record, name)) {
        const ids = values.get(value);
        ids?.delete(id);
        if (ids?.size === 0) values.delete(value);
      }
    }
  }

  /** A new highest id, the usual case, keeps the order without a sort. */
  #appended(id: ClientId): readonly ClientId[] | undefined {
    if (this.#ascending === undefined || id < (this.#ascending.at(-1) ?? 0)) return undefined;
    (this.#ascending as ClientId[]).push(id);
    return this.#ascending;
  }
}
