/** What may be added and changed: the rules for ids, access keys and fingerprints, over any synchronous view. */
import type { ClientId } from "../client.ts";
import { DbError } from "../errors.ts";
import { applyChange } from "./change.ts";
import type { IndexName, RecordChange, RecordDraft, StoredEntry, StoredRecord } from "./contract.ts";
import { indexValues } from "./record.ts";
import { unreadableError } from "./unreadable.ts";

/** The records as they are in the atomic step that is about to change them. */
export interface RecordView {
  /** Living or dead, readable or not. */
  readonly highestId: ClientId;
  /** Was this id ever given to a client? */
  has(id: ClientId): boolean;
  get(id: ClientId): StoredEntry | undefined;
  find(index: IndexName, value: string): readonly StoredEntry[];
  /** Would `find` find anything by any of these? Absent: to ask for all at once is no cheaper. */
  hasAny?(index: IndexName, values: ReadonlySet<string>): boolean;
}

const UNIQUE = ["accessKey", "fingerprint"] as const satisfies readonly IndexName[];
type UniqueIndex = (typeof UNIQUE)[number];
const NAMES = { accessKey: "access key", fingerprint: "certificate" } as const;

/** The records that these drafts become, all or none; throws where one cannot be. Changes nothing. */
export function draftRecords(view: RecordView, drafts: readonly RecordDraft[]): readonly StoredRecord[] {
  const made = new Map<ClientId, StoredRecord>();
  const taken = { accessKey: new Set<string>(), fingerprint: new Set<string>() };
  let highest = view.highestId;
  for (const draft of drafts) {
    const id = draft.id ?? highest + 1;
    if (!Number.isSafeInteger(id)) throw new DbError("full", `no client id is left above ${highest}`);
    // An allocated id is above every one that there is.
    if (made.has(id) || (draft.id !== undefined && view.has(id))) {
      throw new DbError("duplicate-key", `the client id ${id} is taken`, { clientIds: [id] });
    }
    const record = draft.make(id);
    for (const index of UNIQUE) {
      for (const value of indexValues(record, index)) {
        if (taken[index].has(value))
          throw new DbError("duplicate-key", `two clients of one batch have the same ${NAMES[index]}`);
        taken[index].add(value);
      }
    }
    made.set(id, record);
    highest = Math.max(highest, id);
  }
  for (const index of UNIQUE) refuseTaken(view, index, taken[index]);
  return [...made.values()];
}

/** What the record becomes; `undefined` where there is nothing to write. Changes nothing. */
export function changeRecord(
  view: RecordView,
  id: ClientId,
  change: RecordChange,
): { readonly now: StoredRecord; readonly next?: StoredRecord } | undefined {
  const entry = view.get(id);
  if (entry === undefined) return undefined;
  if (entry.record === undefined) throw unreadableError(entry);
  const next = applyChange(entry.record, change);
  if (next === undefined) return { now: entry.record };
  refuseClash(view, next, entry.record);
  return { now: entry.record, next };
}

/** Values that the record had already are not checked again: an ambiguous client can still be mended. */
function refuseClash(view: RecordView, record: StoredRecord, before: StoredRecord): void {
  for (const index of UNIQUE) {
    const had = indexValues(before, index);
    refuseTaken(view, index, new Set(indexValues(record, index).filter((value) => !had.includes(value))));
  }
}

function refuseTaken(view: RecordView, index: UniqueIndex, values: ReadonlySet<string>): void {
  if (values.size > 1 && view.hasAny?.(index, values) === false) return;
  for (const value of values) {
    const [other] = view.find(index, value);
    if (other === undefined) continue;
    if (other.record === undefined) throw unreadableError(other);
    throw new DbError("duplicate-key", `client ${other.id} has this ${NAMES[index]} already`, {
      clientIds: [other.id],
    });
  }
}
