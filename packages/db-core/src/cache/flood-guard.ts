/** When more wrong keys come than are kept, all clients are listed, and what nobody has does not go to the store. */
import { iterateOpen } from "../database/iterate-open.ts";
import type { WithBackend } from "../database/node-state.ts";
import { floods } from "../diagnostics.ts";
import type { CredentialFilter } from "./credential-filter.ts";
import type { StoreWatch } from "./store-watch.ts";

/**
 * After a list that took one second none for ten: what an attacker can make us do is bounded. After one that came to
 * nothing twice as long as before, since the next one may too.
 */
const REST = 10;

export class FloodGuard {
  readonly #name: string;
  readonly #filter: CredentialFilter;
  readonly #watch: StoreWatch;
  readonly #withBackend: WithBackend;
  #isListing = false;
  #rest = REST;
  #notBefore = Number.NEGATIVE_INFINITY;

  constructor(name: string, filter: CredentialFilter, watch: StoreWatch, withBackend: WithBackend) {
    this.#name = name;
    this.#filter = filter;
    this.#watch = watch;
    this.#withBackend = withBackend;
  }

  /**
   * Does not wait: until the list is done the store is asked. Nothing is listed where nothing could be answered by it,
   * and where what changes from now on would not be heard of.
   */
  start(): void {
    if (this.#isListing || this.#filter.isOn || performance.now() < this.#notBefore) return;
    if (this.#watch.isProven()) void this.#list();
  }

  async #list(): Promise<void> {
    this.#isListing = true;
    const began = performance.now();
    this.#filter.begin();
    try {
      await this.#fill();
    } catch {
      // Half a list must not count as all clients. Whoever asks the store gets its error.
      this.#filter.drop();
    }
    this.#filter.complete();
    this.#isListing = false;
    const milliseconds = performance.now() - began;
    const ok = this.#filter.isOn;
    this.#rest = ok ? REST : 2 * this.#rest;
    this.#notBefore = began + (1 + this.#rest) * milliseconds;
    floods.publish({ backend: this.#name, milliseconds, ok });
  }

  async #fill(): Promise<void> {
    for await (const page of iterateOpen({ use: this.#withBackend }, (backend) => backend.list())) {
      for (const { record } of page) {
        // What nobody can read may have any credential.
        if (record === undefined) this.#filter.drop();
        else this.#filter.add(record);
      }
      // Also where anything may have changed meanwhile, and where the database was closed.
      if (!this.#filter.isOn) return;
    }
  }
}
