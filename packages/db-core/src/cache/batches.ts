/** What several callers ask for at once is asked for once, in few round trips. */
const AT_ONCE = 500;

/** Answers by key; a key that has its own failure holds it. Rejects where all have failed. */
export type ReadBatch<Key, Value> = (
  keys: readonly Key[],
) => Promise<ReadonlyMap<Key, PromiseSettledResult<Value>>>;

interface Asked<Value> extends PromiseWithResolvers<Value> {
  readonly startedAt: number;
}

export class Batches<Key, Value> {
  readonly #read: ReadBatch<Key, Value>;
  readonly #mayBeOld: () => number;
  #waiting: Map<Key, PromiseWithResolvers<Value>> | undefined;
  #underWay = new Map<Key, Asked<Value>>();

  /** `mayBeOld`: for how many ms an answer may be shared with those who ask after it was sent for. */
  constructor(read: ReadBatch<Key, Value>, mayBeOld: () => number) {
    this.#read = read;
    this.#mayBeOld = mayBeOld;
  }

  /** What the store says at a moment after this call, or before it by no more than may be. */
  ask(key: Key): Promise<Value> {
    const asked = this.#underWay.get(key);
    if (asked !== undefined && this.#isFresh(asked)) return this.#join(key, asked);
    if (this.#waiting === undefined) {
      this.#waiting = new Map();
      // After everything that this turn does by itself, so that all of its calls share a round trip.
      process.nextTick(() => this.#send());
    }
    const before = this.#waiting.get(key);
    if (before !== undefined) return before.promise;
    const waiting = Promise.withResolvers<Value>();
    this.#waiting.set(key, waiting);
    return waiting.promise;
  }

  /** Something has changed: nobody else shares what is under way. */
  disown(): void {
    if (this.#underWay.size > 0) this.#underWay = new Map();
  }

  /** A store that stops in the middle answers late: then it is asked again. */
  async #join(key: Key, asked: Asked<Value>): Promise<Value> {
    const value = await asked.promise;
    return this.#isFresh(asked) ? value : this.ask(key);
  }

  #isFresh({ startedAt }: Asked<Value>): boolean {
    return performance.now() - startedAt < this.#mayBeOld();
  }

  #send(): void {
    const all = [...(this.#waiting ?? [])];
    this.#waiting = undefined;
    const startedAt = performance.now();
    for (let start = 0; start < all.length; start += AT_ONCE) {
      void this.#settle(all.slice(start, start + AT_ONCE), startedAt);
    }
  }

  async #settle(
    waiting: readonly (readonly [Key, PromiseWithResolvers<Value>])[],
    startedAt: number,
  ): Promise<void> {
    const underWay = this.#underWay;
    if (this.#mayBeOld() > 0) for (const [key, some] of waiting) underWay.set(key, { ...some, startedAt });
    try {
      const answers = await this.#read(waiting.map(([key]) => key));
      for (const [key, { resolve, reject }] of waiting) {
        const answer = answers.get(key);
        if (answer?.status === "fulfilled") resolve(answer.value);
        else reject(answer?.reason);
      }
    } catch (error) {
      for (const [, { reject }] of waiting) reject(error);
    } finally {
      if (underWay.size > 0) for (const [key] of waiting) underWay.delete(key);
    }
  }
}
