/** What a transfer reads: pages of clients to be, from a store, a backup, a file of clients. */
import type { ClientId, ErrorCode } from "@hivemind/db-core";
import type { Arrival, StoredRecord } from "@hivemind/db-core/backend";

/** Read more than once, each time from the start: to plan, to write, to compare. */
export interface Source {
  /** Of the records, where they are records. */
  readonly schema: 1 | 2;
  readonly onUnreadable: UnreadableAdvice;
  pages(): AsyncIterable<readonly SourceEntry[]>;
  /** What the node itself remembers; nothing where the source has no such thing. */
  state(): AsyncIterable<StateEntry>;
}

/** What it means that something in the source cannot be read, and what to do about it. */
export interface UnreadableAdvice {
  readonly code: "corrupt" | "invalid";
  readonly advice: string;
}

/** Of records in a store. */
export const MEND_RECORDS: UnreadableAdvice = {
  code: "corrupt",
  advice: "Mend these records (`hivemind-db doctor` helps), or leave them out with --skip-unreadable",
};

export type SourceEntry = Candidate | UnreadableSource;

/** A client to be. */
export interface Candidate {
  /** Absent: the target gives it one. */
  readonly id?: ClientId;
  /** Where it comes from, for messages: `client 5`, `line 7`. */
  readonly place: string;
  /** The record that it was read from, of the source's schema. */
  readonly stored?: StoredRecord;
  readonly unreadable?: never;
  /** The record to add, with its secrets as the source has them. */
  create(id: ClientId): StoredRecord;
  /** What a record that is there already should become; it may be a tombstone. */
  change(now: StoredRecord, sealer: Arrival["sealer"]): StoredRecord;
}

export interface UnreadableSource {
  readonly place: string;
  /** Without secrets. */
  readonly unreadable: string;
  /** Where it is another one than that of the source. */
  readonly code?: ErrorCode;
}

export interface StateEntry {
  readonly scope: string;
  readonly key: string;
  readonly text: string;
}
