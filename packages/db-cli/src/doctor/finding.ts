import type { Finding } from "@hivemind/db-core";

/** Of the operator's side: nothing that the store itself could mend. */
export function finding(
  code: string,
  severity: Finding["severity"],
  message: string,
  clientIds: readonly number[] = [],
): Finding {
  return { code, severity, message, clientIds, repair: "none" };
}
