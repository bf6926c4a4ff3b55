import type { ClientId } from "../client.ts";
import type { StoredEntry, StoredRecord } from "./contract.ts";

/** `unknown`: the store failed at a moment where nobody can tell what it has kept. */
export type CommitOutcome = "committed" | "discarded" | "unknown";

/** What a commit works on, as far as tokens need it. */
export interface InsertWork {
  get(id: ClientId): StoredEntry | undefined;
  /** The callback hears how the commit has ended. */
  onEnd(callback: (outcome: CommitOutcome) => void): void;
}

/** An insert is repeated soon after it was unconfirmed, by the handle that it was made on. */
const REMEMBERED = 10_000;
/** Many are let go at once: the first keys of a map are dear to find after many deletions. */
const AT_ONCE = 1000;

interface Made {
  readonly ids: readonly ClientId[];
  /**
   * Tells our records from those that others were given these ids for, if ours are not in the store. Absent where they
   * are there for certain.
   */
  readonly accessKeys?: readonly string[];
}

/** What the inserts of one handle have made, by token, so that a repeated one makes nothing (`Backend.insert`). */
export class InsertTokens {
  /** Their commits have not ended, and their callers wait: there are no more than those. */
  readonly #underWay = new Map<string, Made>();
  readonly #certain = new Map<string, Made>();
  readonly #unknown = new Map<string, Made>();

  remember(token: string, records: readonly StoredRecord[], work: InsertWork): void {
    const ids = records.map(({ client_id }) => client_id);
    const made: Made = { ids, accessKeys: records.map(({ api_key }) => api_key) };
    this.#underWay.set(token, made);
    work.onEnd((outcome) => {
      // Of a run that was given up, the insert may have been run again.
      if (this.#underWay.get(token) !== made) return;
      this.#underWay.delete(token);
      if (outcome === "committed") this.#certain.set(token, { ids });
      if (outcome === "unknown") this.#unknown.set(token, made);
      this.#letGo();
    });
  }

  /** The records as they are now, if that insert is in the store. */
  recall(token: string, work: InsertWork): readonly StoredRecord[] | undefined {
    const made = this.#underWay.get(token) ?? this.#certain.get(token) ?? this.#unknown.get(token);
    const records = made?.ids.flatMap((id, i) => {
      const record = work.get(id)?.record;
      const isOurs = made.accessKeys === undefined || record?.api_key === made.accessKeys[i];
      return record !== undefined && isOurs ? [record] : [];
    });
    return records?.length === made?.ids.length ? records : undefined;
  }

  /** The oldest, where there are too many; of those that were unconfirmed last, since they are the ones to be repeated. */
  #letGo(): void {
    if (this.#certain.size + this.#unknown.size < REMEMBERED + AT_ONCE) return;
    for (const ended of [this.#certain, this.#unknown]) {
      for (const token of ended.keys()) {
        if (this.#certain.size + this.#unknown.size <= REMEMBERED) return;
        ended.delete(token);
      }
    }
  }
}
