import type { Backend } from "../backend/contract.ts";
import type { Keyring } from "./keyring.ts";
import { Sealer, UnknownStoreKey } from "./sealer.ts";
import { changeStoreKey, readStoreKey } from "./store-key.ts";

/**
 * For how long a writer relies on what the store last said about its key. `rekey` looks twice, with this time
 * between, so that it also finds what was sealed under the old key by those who had not heard yet.
 */
export const STORE_KEY_FRESH_MS = 100;

/**
 * Runs writes with what they need in order to seal. A store is sealed under one key at a time, the one that it
 * names itself: so a node whose config is behind does not seal under a key that is about to go.
 */
export class Sealing {
  readonly keyring: Keyring;
  #known: { readonly backend: Backend; readonly storeKey: string | null; readonly until: number } | undefined;

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
    return call(new Sealer(this.keyring, fresh === undefined ? await this.#ask(backend) : fresh));
  }

  #fresh(backend: Backend): string | null | undefined {
    const known = this.#known;
    if (known === undefined || known.backend !== backend || known.until < performance.now()) return undefined;
    return known.storeKey === null && this.keyring.key !== undefined ? undefined : known.storeKey;
  }

  async #ask(backend: Backend): Promise<string | null> {
    const until = performance.now() + STORE_KEY_FRESH_MS;
    const mine = this.keyring.key?.id ?? null;
    let storeKey = await readStoreKey(backend);
    if (storeKey === null && mine !== null) storeKey = await changeStoreKey(backend, (now) => now ?? mine);
    this.#known = { backend, storeKey, until };
    return storeKey;
  }
}
