/** Adds in batches, several under way at once: what waits together shares a commit and its flush. */
import { randomUUID } from "node:crypto";
import { isDbError } from "@hivemind/db-core/backend";

/** As many as one atomic step takes. */
const BATCH = 1000;
const IN_FLIGHT = 8;
/** Of one batch whose outcome got lost on the way. Its token says whether it is in. */
const ATTEMPTS = 4;

/** One atomic step; the same token again is the same step. */
export type Insert<T> = (batch: readonly T[], token: string) => Promise<unknown>;

export class BatchWriter<T> {
  readonly #insertBatch: Insert<T>;
  readonly #onWritten: (count: number) => void;
  readonly #run = randomUUID();
  readonly #inFlight = new Set<Promise<void>>();
  #batch: T[] = [];
  #batches = 0;
  #failure: { readonly error: unknown } | undefined;

  constructor(insert: Insert<T>, onWritten: (count: number) => void) {
    this.#insertBatch = insert;
    this.#onWritten = onWritten;
  }

  /** Waits where enough is under way. Throws what any batch has met. */
  async add(item: T): Promise<void> {
    this.#batch.push(item);
    if (this.#batch.length < BATCH) return;
    this.#send();
    while (this.#inFlight.size >= IN_FLIGHT) await Promise.race(this.#inFlight);
    if (this.#failure !== undefined) throw this.#failure.error;
  }

  /** Until everything is written. */
  async finish(): Promise<void> {
    this.#send();
    await this.settle();
    if (this.#failure !== undefined) throw this.#failure.error;
  }

  /** Until nothing is under way any more. What is not sent yet is dropped. */
  async settle(): Promise<void> {
    await Promise.all(this.#inFlight);
  }

  #send(): void {
    const batch = this.#batch;
    this.#batch = [];
    if (batch.length === 0 || this.#failure !== undefined) return;
    this.#batches += 1;
    const sent = this.#insert(batch, `transfer:${this.#run}:${this.#batches}`)
      .then(
        () => this.#onWritten(batch.length),
        (error: unknown) => {
          this.#failure ??= { error };
        },
      )
      .finally(() => this.#inFlight.delete(sent));
    this.#inFlight.add(sent);
  }

  async #insert(batch: readonly T[], token: string): Promise<void> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        await this.#insertBatch(batch, token);
        return;
      } catch (error) {
        if (attempt === ATTEMPTS || !isDbError(error) || error.code !== "unconfirmed") throw error;
      }
    }
  }
}
