/**
 * Of a history on a master that may fall: what a replica has confirmed. Whoever only looks may have seen what went
 * with the master, as everywhere with Redis; so may a change that found nothing to change. Touches are confirmed
 * by nobody.
 */
import { isOpen, NEVER, succeeded } from "./operation.ts";
import type { Operation } from "./operation.ts";

export function confirmedOnly(history: readonly Operation[]): readonly Operation[] {
  return history.flatMap((operation) => {
    switch (operation.call.do) {
      case "read":
      case "authenticate":
        return [];
      case "touch":
        return [{ ...operation, end: NEVER, outcome: undefined }];
      case "add":
        return [operation];
      default:
        return isOpen(operation) || succeeded(operation) ? [operation] : [];
    }
  });
}
