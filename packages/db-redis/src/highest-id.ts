/**
 * The highest id, which new ones go above.
 *
 * The store keeps it in `P:hivemind:meta` with the `count` of that moment, and every insert reads both in its
 * own script. Ours change both together. A Python hub adds without a word to us, but it does INCR `P:count`:
 * as long as the count has grown by exactly the records that stand right above the highest one, these are
 * what it added. In every other case (a hub that filled a gap or imported ids, a count that somebody set) the
 * keys are looked through.
 */
import type { ClientId } from "@hivemind/db-core/backend";
import { parseClientId } from "@hivemind/db-core/backend";
import type { RecordReader } from "./record-reader.ts";

export interface Scan {
  readonly highest: ClientId;
  /** `P:count` before it began: whoever added a record meanwhile has changed it. */
  readonly countBefore: string;
  readonly records: number;
}

export class HighestId {
  readonly #reader: RecordReader;
  #id: ClientId = 0;
  #epoch = 0;
  #scanning: Promise<Scan> | undefined;

  constructor(reader: RecordReader) {
    this.#reader = reader;
  }

  /**
   * Inserts do not wait for each other: each is made for ids above those of the ones that were sent before
   * it. When one of these fails, those behind it are refused and start again, above the id that they are
   * told.
   */
  get id(): ClientId {
    return this.#id;
  }

  get epoch(): number {
    return this.#epoch;
  }

  sent(highest: ClientId): void {
    this.#id = Math.max(this.#id, highest);
  }

  /** Told by the store. Answers to what was sent before the last correction are out of date. */
  correct(id: ClientId, epoch: number): void {
    if (epoch !== this.#epoch) return;
    this.#id = id;
    this.#epoch += 1;
  }

  /** Looks through the keys: inserts that need it at the same time share it. */
  async scan(countBefore: string): Promise<Scan> {
    this.#scanning ??= this.#scan(countBefore).finally(() => (this.#scanning = undefined));
    return this.#scanning;
  }

  async #scan(countBefore: string): Promise<Scan> {
    const names = await this.#reader.names();
    const ids = names.map(parseClientId).filter((id) => id !== undefined);
    const agrees = countBefore === String(names.length);
    // A client that is being created counts only when it is there. Looked at only where the numbers differ.
    const records = agrees ? names.length : (await this.#reader.read(names)).size;
    return { highest: ids.at(-1) ?? 0, countBefore, records };
  }
}
