/** What the author of a backend hands in. The capabilities in the plugin decide which tests there are. */
import type { BackendPlugin } from "../backend/contract.ts";
import type { CreateDatabaseOptions } from "../database/create-database.ts";
import type { HostileRecord } from "./seeds/hostile.ts";

export interface Suite<Options> {
  /** `describe` and `test` of any runner: node:test, vitest, jest, ... */
  readonly describe: (name: string, body: () => void) => unknown;
  readonly test: (name: string, body: () => Promise<void>) => unknown;
  readonly plugin: BackendPlugin<Options>;
  /** A store of its own for one test: absent, or holding these records as another program left them. */
  readonly fresh: (seed?: Seed) => Promise<FreshStore<Options>>;
  /** The module whose default export is the plugin, for other processes. Required with `durability`. */
  readonly module?: URL;
  /** How every database of the run is opened, in other processes too: one more run with secrets sealed. */
  readonly database?: Pick<CreateDatabaseOptions, "seal">;
  /** What the format has no place for. `fresh` must then refuse such a seed, and a test sees to that. */
  readonly cannotHold?: readonly HostileRecord[];
}

/** A store as another program left it: without any mark of ours. */
export interface Seed {
  /** 3: written by a release that does not exist yet. */
  readonly schema: 1 | 2 | 3;
  /** The texts of the records as Python's json writes them, NaN included, under the keys of the store. */
  readonly records: readonly (readonly [key: string, text: string])[];
}

export interface FreshStore<Options> {
  /** Opens this store, from any number of handles and processes at once: plain data where there are others. */
  readonly options: Options;
  /** Everything that is stored, in any form that `assert.deepStrictEqual` can compare. */
  snapshot(): Promise<unknown>;
  /** Makes the store vanish under open handles, as an unmounted volume does. Required with `durability`. */
  destroy?(): Promise<void>;
  /** The options that open the copy which `backup` made at this path. Required with `backup`. */
  copyAt?(path: string): Options;
  /** Removes every trace. All handles and processes have ended by then. */
  dispose(): Promise<void>;
}
