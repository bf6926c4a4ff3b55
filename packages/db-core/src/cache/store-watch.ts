/** Hears of changes, and answers whether what was heard is all: `now - provenAt() <= bound`. */
import type { Backend, Watch } from "../backend/contract.ts";
import type { ClientId } from "../client.ts";
import type { WithBackend } from "../database/node-state.ts";
import { leaseLost, leaseRegained } from "../diagnostics.ts";

/**
 * A check holds for the calls of one turn of the event loop, in which nobody can have heard of a change elsewhere.
 * A loop of awaited answers out of memory never leaves its turn, so it is checked again after that many.
 */
const CALLS_PER_CHECK = 256;
/** A store that could not be watched is asked again, but not with every call. */
const RETRY_MS = 1000;

type Listener = (changed: readonly ClientId[] | "all") => void;

export class StoreWatch {
  readonly #name: string;
  readonly #withBackend: WithBackend;
  readonly #listeners: Listener[] = [];
  #backend: Backend | undefined;
  #watch: Watch | undefined;
  #starting: Promise<void> | undefined;
  #notBefore = Number.NEGATIVE_INFINITY;
  #callsLeft = 0;
  #isProven = true;

  constructor(name: string, withBackend: WithBackend) {
    this.#name = name;
    this.#withBackend = withBackend;
  }

  onChange(listener: Listener): void {
    this.#listeners.push(listener);
  }

  /** How old an answer may be, in ms; `null`: nothing is bounded, so nothing is answered from memory. */
  get bound(): number | null {
    try {
      return this.#backend?.info().guarantees.freshWithinMs ?? null;
    } catch {
      // A store that cannot even say what it is guarantees nothing.
      return null;
    }
  }

  /** Is everything heard of that changes from now on? The first who asks starts it, and does not wait for it. */
  isOn(): boolean {
    if (this.#watch === undefined && performance.now() >= this.#notBefore) void this.start();
    return this.#watch !== undefined;
  }

  /** Resolves when the watch is on, or could not be: it is tried again with a later call. */
  start(): Promise<void> {
    if (this.#watch !== undefined) return Promise.resolve();
    this.#starting ??= this.#start().finally(() => (this.#starting = undefined));
    return this.#starting;
  }

  isProven(): boolean {
    if (this.#callsLeft > 0) {
      this.#callsLeft -= 1;
      return this.#isProven;
    }
    return this.#watch !== undefined && this.#check(this.#watch);
  }

  /** Call it before the backend is closed, and when no call is under way. */
  async stop(): Promise<void> {
    await this.#starting;
    const watch = this.#watch;
    this.#watch = undefined;
    this.#backend = undefined;
    this.#callsLeft = 0;
    this.#notBefore = Number.NEGATIVE_INFINITY;
    await watch?.close();
  }

  async #start(): Promise<void> {
    try {
      await this.#withBackend(async (backend) => {
        const watch = await backend.watch((changed) => {
          for (const listener of this.#listeners) listener(changed);
        });
        this.#backend = backend;
        this.#watch = watch;
      });
    } catch {
      // Without a watch every answer is the store's own; whoever asks it gets its error.
      this.#notBefore = performance.now() + RETRY_MS;
    }
  }

  #check(watch: Watch): boolean {
    const { bound } = this;
    const now = performance.now();
    const provenAt = watch.provenAt();
    const isProven = bound !== null && now - provenAt <= bound;
    if (isProven !== this.#isProven) (isProven ? leaseRegained : leaseLost).publish({ backend: this.#name });
    this.#isProven = isProven;
    this.#callsLeft = CALLS_PER_CHECK;
    // Runs when all that this turn does by itself is done, and before anything comes in from outside.
    process.nextTick(this.#endTurn);
    return isProven;
  }

  readonly #endTurn = (): void => void (this.#callsLeft = 0);
}
