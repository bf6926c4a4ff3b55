import type { Backend } from "../backend/contract.ts";
import type { Keyring } from "./keyring.ts";
import { Sealer, UnknownStoreKey } from "./sealer.ts";
import { changeStoreKey, readStoreKey } from "./store-key.ts";

/**
 * For how long a writer relies on what the store last said about its key. `rekey` looks twice, with this time
 * between, so that it also finds what was sealed under the old key by those who had not heard yet.
 */
export const STORE_KEY_FRESH_MS = 100;

/** What the store said about its key, or is about to say. */
interface StoreKeyAnswer<Answer> {
  readonly backend: Backend;
  readonly storeKey: Answer;
  readonly until: number;
}

/**
 * Runs writes with what they need in order to seal. A store is sealed under one key at a time, the one that it
 * names itself: so a node whose config is behind does not seal under a key that is about to go.
 */
export class Sealing {
  readonly keyring: Keyring;
  #known: StoreKeyAnswer<string | null> | undefined;
  #asking: StoreKeyAnswer<Promise<string | null>> | undefined;

  constructor(keyring: Keyring) {
    this.keyring = keyring;
  }

  /** The first secret that is sealed makes the store a sealed one. `call` may run twice. */
  async write<T>(backend: Backend, call: (sealer: Sealer) => Promise<T>): Promise<T> {
    try {
      return await call(new Sealer(this.keyring, this.#fresh(backend)));
    } catch (error) {
      if (!(error instanceof UnknownStoreKey)) throw error;
    }
    return this.writeSecrets(backend, call);
  }

  /** The same where there are secrets for certain: it asks first. `call` runs once. */
  async writeSecrets<T>(backend: Backend, call: (sealer: Sealer) => Promise<T>): Promise<T> {
    const fresh = this.#fresh(backend);
    return call(new Sealer(this.keyring, fresh === undefined ? await this.#join(backend) : fresh));
  }

  #fresh(backend: Backend): string | null | undefined {
    const known = this.#known;
    if (known === undefined || known.backend !== backend || known.until < performance.now()) return undefined;
    return known.storeKey === null && this.keyring.key !== undefined ? undefined : known.storeKey;
  }

  /** Writers that come at once ask once; but one that an answer reaches too late asks for itself. */
  async #join(backend: Backend): Promise<string | null> {
    const asking = this.#asking;
    if (asking?.backend === backend && performance.now() <= asking.until) {
      const storeKey = await asking.storeKey;
      if (performance.now() <= asking.until) return storeKey;
    }
    return this.#ask(backend);
  }

  async #ask(backend: Backend): Promise<string | null> {
    const until = performance.now() + STORE_KEY_FRESH_MS;
    const asking = { backend, storeKey: this.#read(backend), until };
    this.#asking = asking;
    try {
      const storeKey = await asking.storeKey;
      this.#known = { backend, storeKey, until };
      return storeKey;
    } finally {
      if (this.#asking === asking) this.#asking = undefined;
    }
  }

  async #read(backend: Backend): Promise<string | null> {
    const mine = this.keyring.key?.id ?? null;
    const storeKey = await readStoreKey(backend);
    if (storeKey !== null || mine === null) return storeKey;
    return changeStoreKey(backend, (now) => now ?? mine);
  }
}
