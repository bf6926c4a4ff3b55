/**
 * What the hot path does, for metrics: channels of `node:diagnostics_channel`. No message holds a secret.
 *
 * | channel                       | message                                   | when                                    |
 * | ----------------------------- | ----------------------------------------- | --------------------------------------- |
 * | `hivemind-db:cache.hit`       | `{ backend, by }`                         | answered from memory                    |
 * | `hivemind-db:cache.miss`      | `{ backend, by }`                         | the store had to be asked               |
 * | `hivemind-db:lease.lost`      | `{ backend }`                             | memory cannot be proven any more        |
 * | `hivemind-db:lease.regained`  | `{ backend }`                             | it can again                            |
 * | `hivemind-db:feed.down`       | `{ backend, message }`                    | with the notice of that name            |
 * | `hivemind-db:feed.up`         | `{ backend, message }`                    | with the notice of that name            |
 * | `hivemind-db:last-seen.flush` | `{ backend, clients, milliseconds, ok }` | touches were written, or could not be |
 * | `hivemind-db:cache.flood` | `{ backend, milliseconds, ok }` | all clients were listed, since more wrong keys come than are kept; `ok`: what nobody has is known now |
 *
 * `by` is `accessKey`, `fingerprint` or `id`.
 */
import { channel } from "node:diagnostics_channel";
import type { Notice } from "./notice.ts";

export const hits = channel("hivemind-db:cache.hit");
export const misses = channel("hivemind-db:cache.miss");
export const floods = channel("hivemind-db:cache.flood");
export const leaseLost = channel("hivemind-db:lease.lost");
export const leaseRegained = channel("hivemind-db:lease.regained");
export const lastSeenFlushes = channel("hivemind-db:last-seen.flush");
const feedDown = channel("hivemind-db:feed.down");
const feedUp = channel("hivemind-db:feed.up");

/** For metrics, beside the notice. */
export function publishNotice({ code, backend, message }: Notice): void {
  if (code === "feed-down") feedDown.publish({ backend, message });
  if (code === "feed-up") feedUp.publish({ backend, message });
}
