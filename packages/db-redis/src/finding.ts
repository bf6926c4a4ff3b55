import type { ClientId, Finding } from "@hivemind/db-core/backend";
import type { Keyspace } from "./keyspace.ts";

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

/** A key by which clients are looked up, or the index entry of one. It can hold an access key: it is not named. */
export function foreignFinding(
  { prefix }: Keyspace,
  clientIds: readonly (ClientId | undefined)[],
  isMended: boolean,
): Finding {
  return finding(
    "foreign-key",
    "error",
    `A key of the store that has to be a set or an index entry holds another type of value, and look-ups by it fail. A repair keeps that under ${prefix}:hivemind:damaged, and builds the key anew.`,
    clientIds,
    isMended,
  );
}
