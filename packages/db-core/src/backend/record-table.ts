/** All entries of a store in memory, with their indexes: what a backend works on that reads a store as a whole. */
import type { ClientId } from "../client.ts";
import { DbError } from "../errors.ts";
import { applyChange } from "./change.ts";
import type { IndexName, RecordChange, RecordDraft, StoredEntry, StoredRecord, UnreadableEntry } from "./contract.ts";
import { indexValues, matches } from "./record.ts";
import { unreadableError } from "./unreadable.ts";

const INDEXES = ["accessKey", "name", "fingerprint"] as const satisfies readonly IndexName[];
const UNIQUE = ["accessKey", "fingerprint"] as const satisfies readonly IndexName[];

export class RecordTable {
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

  get(id: ClientId): StoredEntry | undefined {
    return this.#entries.get(id);
  }

  set(id: ClientId, entry: StoredEntry): void {
    const before = this.#entries.get(id);
    if (before === undefined) this.#ascending = this.#appended(id);
    else this.#unindex(id, before);
    this.#entries.set(id, entry);
    if (entry.record === undefined) this.#unreadable.set(id, entry);
    else for (const name of INDEXES) for (const value of indexValues(entry.record, name)) this.#add(name, value, id);
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
    const unreadable = [...this.#unreadable.values(), ...this.#withoutId].filter((entry) => matches(entry, index, value));
    return [...readable, ...unreadable];
  }

  /** The records that these drafts become, all or none; throws where one cannot be. Changes nothing. */
  draft(drafts: readonly RecordDraft[]): readonly StoredRecord[] {
    const made = new Map<ClientId, StoredRecord>();
    const taken = new Set<string>();
    let highest = this.highestId;
    for (const draft of drafts) {
      const id = draft.id ?? highest + 1;
      if (!Number.isSafeInteger(id)) throw new DbError("full", `no client id is left above ${highest}`);
      if (this.#entries.has(id) || made.has(id)) {
        throw new DbError("duplicate-key", `the client id ${id} is taken`, { clientIds: [id] });
      }
      const record = draft.make(id);
      this.#refuseClash(record, undefined);
      refuseTwins(record, taken);
      made.set(id, record);
      highest = Math.max(highest, id);
    }
    return [...made.values()];
  }

  /** What the record becomes; `undefined` where there is nothing to write. Changes nothing. */
  change(id: ClientId, change: RecordChange): { readonly now: StoredRecord; readonly next?: StoredRecord } | undefined {
    const entry = this.#entries.get(id);
    if (entry === undefined) return undefined;
    if (entry.record === undefined) throw unreadableError(entry);
    const next = applyChange(entry.record, change);
    if (next === undefined) return { now: entry.record };
    this.#refuseClash(next, entry.record);
    return { now: entry.record, next };
  }

  /** Values that the record had already are not checked again: an ambiguous client can still be mended. */
  #refuseClash(record: StoredRecord, before: StoredRecord | undefined): void {
    for (const index of UNIQUE) {
      const had = before === undefined ? [] : indexValues(before, index);
      for (const value of indexValues(record, index)) {
        if (had.includes(value)) continue;
        const [other] = this.find(index, value);
        if (other === undefined) continue;
        if (other.record === undefined) throw unreadableError(other);
        throw new DbError("duplicate-key", `client ${other.id} has this ${NAMES[index]} already`, { clientIds: [other.id] });
      }
    }
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

const NAMES = { accessKey: "access key", fingerprint: "certificate" } as const;

function refuseTwins(record: StoredRecord, taken: Set<string>): void {
  for (const index of UNIQUE) {
    for (const value of indexValues(record, index)) {
      const key = `${index} ${value}`;
      if (taken.has(key)) throw new DbError("duplicate-key", `two clients of one batch have the same ${NAMES[index]}`);
      taken.add(key);
    }
  }
}
