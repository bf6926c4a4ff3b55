/** The last-seen time is the latest one that was acknowledged, or a later one that somebody was about to write. */
import { promise } from "../trial.ts";
import type { Ending } from "./check.ts";
import { succeeded } from "./operation.ts";
import type { Operation } from "./operation.ts";

export function checkTouches(history: readonly Operation[], ending: Ending): void {
  for (const { id, lastSeen, revoked } of ending.clients) {
    if (revoked) continue;
    const touches = history.flatMap((operation) =>
      operation.call.do === "touch" && operation.call.id === id
        ? [{ at: operation.call.at, told: succeeded(operation) }]
        : [],
    );
    const latest = touches.reduce((best, { at, told }) => (told && at > best ? at : best), -1);
    promise(
      (lastSeen ?? -1) >= latest,
      () => `client ${id}: seen at ${latest}, and the store says ${lastSeen}`,
    );
    promise(
      lastSeen === null || touches.some(({ at }) => at === lastSeen),
      () => `client ${id}: nobody saw it at ${lastSeen}`,
    );
  }
}
