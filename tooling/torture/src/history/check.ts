/**
 * Is there an order of all these operations, one after the other and none out of its own time, that explains
 * every outcome? For each client, for the ids, and for the access keys of the whole store.
 *
 * What makes that quick to decide is that a client's trail is only ever appended to: whoever is told a trail is
 * told which appends came before, in which order.
 */
import { checkIds } from "./ids.ts";
import { checkKeys } from "./keys.ts";
import type { Operation } from "./operation.ts";
import { checkTouches } from "./touches.ts";
import { checkTrails } from "./trails.ts";

/** The store as it is when everybody has ended. */
export interface Ending {
  readonly clients: readonly FinalClient[];
}

export interface FinalClient {
  readonly id: number;
  readonly name: string;
  readonly trail: readonly string[];
  readonly torn: boolean;
  readonly lastSeen: number | null;
  readonly revoked: boolean;
}

export interface CheckOptions {
  /** How old the answer of `authenticate` may be, in ms: the bound that the store states. */
  readonly staleMs: number;
  /** Clients that were there before anybody began. */
  readonly firstIds: readonly number[];
}

/** Throws a `Violation`. */
export function checkHistory(history: readonly Operation[], ending: Ending, options: CheckOptions): void {
  checkIds(history, ending, options.firstIds);
  checkTrails(history, ending);
  checkTouches(history, ending);
  checkKeys(history, ending, BigInt(Math.ceil(options.staleMs * 1e6)));
}
