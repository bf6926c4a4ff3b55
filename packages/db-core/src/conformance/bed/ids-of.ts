import type { ClientId } from "../../client.ts";

/** The ids of clients or of stored entries, in their order. */
export function idsOf<Id extends ClientId | undefined>(items: readonly { readonly id: Id }[] = []): Id[] {
  return items.map(({ id }) => id);
}
