import type { ClientId } from "../client.ts";

/** Anything else is a mistake of the caller. */
export function validId(id: ClientId): ClientId {
  if (!Number.isSafeInteger(id) || id < 0) throw new TypeError("a client id is a whole number");
  return id;
}
