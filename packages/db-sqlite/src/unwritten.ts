import { isTombstone } from "@hivemind/db-core/backend";
import type { StoredRecord } from "@hivemind/db-core/backend";

/** New records of one transaction that are still to be written, so that those of many callers go by one statement. */
export class Unwritten {
  #records: StoredRecord[] = [];
  readonly #accessKeys = new Set<string>();

  add(records: readonly StoredRecord[]): void {
    for (const record of records) {
      this.#records.push(record);
      if (!isTombstone(record)) this.#accessKeys.add(record.api_key);
    }
  }

  hasAccessKey(accessKey: string): boolean {
    return this.#accessKeys.has(accessKey);
  }

  /** All of them: from now on there are none. */
  take(): readonly StoredRecord[] {
    const records = this.#records;
    this.#records = [];
    this.#accessKeys.clear();
    return records;
  }
}
