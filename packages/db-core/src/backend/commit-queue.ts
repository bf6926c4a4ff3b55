/** One change, all or none, on what a commit works on. Synchronous: it runs with the store locked. */
export type Operation<T, Work> = (work: Work) => T;

/** An operation and who waits for it. */
export interface Pending<Work> {
  readonly operation: Operation<unknown, Work>;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * One commit at a time; what arrives meanwhile shares the next one, and its one flush to the disk. Each
 * caller has an outcome of its own.
 */
export class CommitQueue<Work> {
  readonly #commit: (batch: readonly Pending<Work>[]) => Promise<void>;
  #waiting: Pending<Work>[] = [];
  #running: Promise<void> | undefined;

  /**
   * `commit` runs each operation of the batch (`outcome`), makes what they did durable, and settles them; or it throws
   * the error of those that it has not settled.
   */
  constructor(commit: (batch: readonly Pending<Work>[]) => Promise<void>) {
    this.#commit = commit;
  }

  run<T>(operation: Operation<T, Work>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      this.#waiting.push({ operation, resolve: resolve as (value: unknown) => void, reject });
      this.#running ??= this.#drain();
    });
  }

  async idle(): Promise<void> {
    await this.#running;
  }

  async #drain(): Promise<void> {
    // Calls made in the same turn of the event loop share the first commit too.
    await Promise.resolve();
    while (this.#waiting.length > 0) {
      const batch = this.#waiting;
      this.#waiting = [];
      try {
        await this.#commit(batch);
      } catch (error) {
        for (const { reject } of batch) reject(error);
      }
    }
    this.#running = undefined;
  }
}

/**
 * Applies one operation now, and answers what to call once the commit has succeeded: that tells the caller. An
 * operation that throws concerns its caller alone, who is told so; the others of the batch go on.
 */
export function outcome<Work>(
  { operation, resolve, reject }: Pending<Work>,
  apply: (operation: Operation<unknown, Work>) => unknown,
): () => void {
  try {
    const answer = apply(operation);
    return () => resolve(answer);
  } catch (error) {
    return () => reject(error);
  }
}
