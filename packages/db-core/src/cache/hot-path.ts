/** What one database remembers of its store, for as long as it is open. */
import type { Backend } from "../backend/contract.ts";
import type { WithBackend } from "../database/node-state.ts";
import { FollowedClients } from "../changes/followed.ts";
import type { Keyring } from "../sealing/keyring.ts";
import { LookUps } from "./look-ups.ts";
import type { CacheLimits } from "./near-cache.ts";
import { StoreWatch } from "./store-watch.ts";
import { toldBackend } from "./told-backend.ts";

/** Bounds of what core keeps in memory. Defaults: 10,000 clients, 10,000 misses, 10 s. */
export type CacheOptions = Partial<CacheLimits>;

const DEFAULTS: CacheLimits = { maxClients: 10_000, maxMisses: 10_000, missTtlMs: 10_000 };

export class HotPath {
  readonly lookUps: LookUps;
  readonly followed: FollowedClients;
  readonly #watch: StoreWatch;

  constructor(name: string, cache: CacheOptions, keyring: Keyring, withBackend: WithBackend) {
    this.#watch = new StoreWatch(name, withBackend);
    this.lookUps = new LookUps(name, this.#watch, limits(cache), withBackend);
    this.followed = new FollowedClients(this.lookUps, this.#watch, keyring);
  }

  /** The backend as it is to be used from now on. */
  over(backend: Backend): Backend {
    return toldBackend(backend, (changed) => this.lookUps.tell(changed));
  }

  async stop(): Promise<void> {
    this.followed.clear();
    this.lookUps.clear();
    await this.#watch.stop();
  }
}

function limits(given: CacheOptions): CacheLimits {
  for (const name of Object.keys(DEFAULTS) as (keyof CacheLimits)[]) {
    const value = given[name];
    if (value !== undefined && !(value >= 0)) throw new TypeError(`cache.${name} is a number from 0`);
  }
  return { ...DEFAULTS, ...given };
}
