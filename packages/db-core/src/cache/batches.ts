/** What several callers ask for at once is asked for once, in few round trips. */
import type { Backend } from "../backend/contract.ts";
import type { WithBackend } from "../database/node-state.ts";

const AT_ONCE = 500;

/** A key, and those who wait for what the store says of it. */
export class Asked<Key, Value> {
  readonly key: Key;
  readonly promise: Promise<Value>;
  readonly reject: (error: unknown) => void;
  readonly #resolve: (value: Value) => void;
  /** `undefined`: not yet. What will be said is newer than every question until then. */
  sentAt: number | undefined;

  constructor(key: Key) {
    this.key = key;
    const { promise, resolve, reject } = Promise.withResolvers<Value>();
    this.promise = promise;
    this.#resolve = resolve;
    this.reject = reject;
  }

  get isSent(): boolean {
    return this.sentAt !== undefined;
  }

  /** With what `answer` answers, or throws. */
  settle(answer: () => Value): void {
    try {
      this.#resolve(answer());
    } catch (error) {
      this.reject(error);
    }
  }
}

/** Settles each of them, or rejects for those that it has not settled. */
export type ReadBatch<Key, Value> = (backend: Backend, asked: readonly Asked<Key, Value>[]) => Promise<void>;

export class Batches<Key, Value> {
  readonly #withBackend: WithBackend;
  readonly #read: ReadBatch<Key, Value>;
  readonly #mayBeOld: () => number;
  readonly #asked = new Map<Key, Asked<Key, Value>>();
  /** The batch that is filled in this turn. */
  #next: Asked<Key, Value>[] | undefined;

  /** `mayBeOld`: for how many ms an answer may be shared with those who ask after it was sent for. */
  constructor(withBackend: WithBackend, read: ReadBatch<Key, Value>, mayBeOld: () => number) {
    this.#withBackend = withBackend;
    this.#read = read;
    this.#mayBeOld = mayBeOld;
  }

  /** What the store says at a moment after this call, or before it by no more than may be. */
  ask(key: Key): Promise<Value> {
    const before = this.#asked.get(key);
    if (before?.isSent === false) return before.promise;
    if (before !== undefined && this.#isFresh(before)) return this.#join(before);
    const asked = new Asked<Key, Value>(key);
    this.#asked.set(key, asked);
    if (this.#next === undefined || this.#next.length >= AT_ONCE) void this.#send((this.#next = []));
    this.#next.push(asked);
    return asked.promise;
  }

  /** Something has changed: nobody else shares what is under way. */
  disown(): void {
    for (const [key, { isSent }] of this.#asked) if (isSent) this.#asked.delete(key);
  }

  /** A store that stops in the middle answers late: then it is asked again. */
  async #join(asked: Asked<Key, Value>): Promise<Value> {
    const value = await asked.promise;
    return this.#isFresh(asked) ? value : this.ask(asked.key);
  }

  #isFresh({ sentAt = 0 }: Asked<Key, Value>): boolean {
    return performance.now() - sentAt < this.#mayBeOld();
  }

  /** A call under way from the first question on, so that closing waits for it. */
  async #send(batch: Asked<Key, Value>[]): Promise<void> {
    try {
      await this.#withBackend(async (backend) => {
        // After everything that this turn does by itself, so that all of its calls share a round trip.
        await new Promise<void>((resolve) => process.nextTick(resolve));
        if (this.#next === batch) this.#next = undefined;
        const now = performance.now();
        for (const asked of batch) asked.sentAt = now;
        await this.#read(backend, batch);
      });
    } catch (error) {
      if (this.#next === batch) this.#next = undefined;
      for (const { reject } of batch) reject(error);
    }
    for (const asked of batch) if (this.#asked.get(asked.key) === asked) this.#asked.delete(asked.key);
  }
}
