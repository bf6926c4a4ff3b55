/** When more wrong keys come than are kept, all clients are listed once, and what nobody has does not go to the store. */
import { iterateOpen } from "../database/iterate-open.ts";
import type { WithBackend } from "../database/node-state.ts";
import { floods } from "../diagnostics.ts";
import type { CredentialFilter } from "./credential-filter.ts";
import type { StoreWatch } from "./store-watch.ts";

/** After a list that took one second none for ten: what an attacker can make us do is bounded. */
const REST = 10;

export class FloodGuard {
  readonly #name: string;
  readonly #filter: CredentialFilter;
  readonly #watch: StoreWatch;
  readonly #withBackend: WithBackend;
  #isListing = false;
  #notBefore = Number.NEGATIVE_INFINITY;

  constructor(name: string, filter: CredentialFilter, watch: StoreWatch, withBackend: WithBackend) {
    this.#name = name;
    this.#filter = filter;
    this.#watch = watch;
    this.#withBackend = withBackend;
  }

  /**
   * Does not wait: until the list is done the store is asked. Call it while the store is watched: what changes from
   * now on has to be heard of.
   */
  start(): void {
    if (this.#isListing || this.#filter.isOn || performance.now() < this.#notBefore) return;
    // Else nothing is ever answered from memory.
    if (this.#watch.bound !== null) void this.#list();
  }

  async #list(): Promise<void> {
    this.#isListing = true;
    const began = performance.now();
    this.#filter.begin();
    try {
      await this.#fill();
    } catch {
      // Whoever asks the store gets its error.
      this.#filter.drop();
    }
    this.#filter.complete();
    this.#isListing = false;
    const milliseconds = performance.now() - began;
    this.#notBefore = began + (1 + REST) * milliseconds;
    floods.publish({ backend: this.#name, milliseconds, ok: this.#filter.isOn });
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
