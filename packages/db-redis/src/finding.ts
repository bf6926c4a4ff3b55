import type { ClientId, Finding } from "@hivemind/db-core/backend";

/** What is wrong, and whether it was put right: `undefined` where nobody tried, and nobody can. */
export function finding(
  code: string,
  severity: Finding["severity"],
  message: string,
  clientIds: readonly (ClientId | undefined)[],
  isMended: boolean | undefined,
): Finding {
  const repair = isMended === undefined ? "none" : isMended ? "done" : "possible";
  return { code, severity, message, clientIds: clientIds.filter((id) => id !== undefined), repair };
}
