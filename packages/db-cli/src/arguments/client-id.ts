import type { ClientId } from "@hivemind/db-core";
import { UsageError } from "../usage-error.ts";

/** Does not repeat the text: an access key given in place of the id is easily done. */
export function parseId(text: string): ClientId {
  const id = Number(text);
  if (/^\d+$/.test(text) && Number.isSafeInteger(id)) return id;
  throw new UsageError("ID must be a whole number, as `hivemind-db list-clients` shows it");
}
