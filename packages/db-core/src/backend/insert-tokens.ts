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
const REMEMBERED = 1000;

interface Made {
  readonly ids: readonly ClientId[];
  /** Tells our records from those that others were given these ids for, if ours are not in the store. */
  readonly accessKeys: readonly string[];
  isCertain: boolean;
}

/** What the inserts of one handle have made, by token, so that a repeated one makes nothing (`Backend.insert`). */
export class InsertTokens {
  readonly #made = new Map<string, Made>();

  remember(token: string, records: readonly StoredRecord[], work: InsertWork): void {
    const ids = records.map(({ client_id }) => client_id);
    const made: Made = { ids, accessKeys: records.map(({ api_key }) => api_key), isCertain: false };
    this.#made.set(token, made);
    work.onEnd((outcome) => {
      if (outcome === "discarded") this.#made.delete(token);
      made.isCertain = outcome === "committed";
    });
    const [oldest] = this.#made.keys();
    if (this.#made.size > REMEMBERED && oldest !== undefined) this.#made.delete(oldest);
  }

  /** The records as they are now, if that insert is in the store. */
  recall(token: string, work: InsertWork): readonly StoredRecord[] | undefined {
    const made = this.#made.get(token);
    const records = made?.ids.flatMap((id, i) => {
      const record = work.get(id)?.record;
      const isOurs = made.isCertain || record?.api_key === made.accessKeys[i];
      return record !== undefined && isOurs ? [record] : [];
    });
    return records?.length === made?.ids.length ? records : undefined;
  }
}
