import { parseClientId } from "@hivemind/db-core/backend";
import type { ClientId } from "@hivemind/db-core/backend";

/** Whose a record says that it is, also one that cannot be read otherwise. */
export function claimedId(text: string): ClientId | undefined {
  return parseClientId(/"client_id":\s*(\d+)/.exec(text)?.[1] ?? "");
}
