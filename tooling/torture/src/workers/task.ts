import type { Place } from "../stores/store.ts";

/** What a worker is asked to do. */
export interface Task {
  readonly worker: string;
  readonly seed: number;
  readonly place: Place;
  /** The file of its journal. */
  readonly journal: string;
  /** The clients that all workers share. */
  readonly ids: readonly number[];
  /** The access keys that all workers want. */
  readonly keys: readonly string[];
  /** How many calls it makes; absent: until it is killed. */
  readonly calls?: number;
  /** How many calls it has under way at once. */
  readonly atOnce: number;
}
