import type { StoredEntry } from "../backend/contract.ts";
import type { OnNotice } from "../notice.ts";

/** Reports each unreadable record once, however often it is met. */
export class BadRecordNotices {
  readonly #seen = new Set<string>();
  readonly #backend: string;
  readonly #onNotice: OnNotice;

  constructor(backend: string, onNotice: OnNotice) {
    this.#backend = backend;
    this.#onNotice = onNotice;
  }

  report(entries: readonly StoredEntry[]): void {
    for (const { id, record, reason } of entries as readonly {
      id?: number;
      record?: unknown;
      reason?: string;
    }[]) {
      const seen = `${id} ${reason}`;
      if (record !== undefined || this.#seen.has(seen)) continue;
      this.#seen.add(seen);
      this.#onNotice({
        code: "bad-record",
        backend: this.#backend,
        message: `${id === undefined ? "a record" : `the record of client ${id}`} cannot be read: ${reason}`,
        clientIds: id === undefined ? [] : [id],
      });
    }
  }
}
