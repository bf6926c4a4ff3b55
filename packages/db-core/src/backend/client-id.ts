import type { ClientId } from "../client.ts";

/** The id that a key of a JSON store or of Redis spells; `undefined` where it spells none. */
export function parseClientId(text: string): ClientId | undefined {
  if (!/^(?:0|[1-9]\d{0,15})$/.test(text)) return undefined;
  const id = Number(text);
  return Number.isSafeInteger(id) ? id : undefined;
}
