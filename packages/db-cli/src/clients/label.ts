import type { Client, ClientId } from "@hivemind/db-core";
import { escapeText } from "../output/escape.ts";

/** The client in a sentence: `client 3 (kitchen)`. */
export function label({ id, name }: Client): string {
  return name === "" ? `client ${id}` : `client ${id} (${escapeText(name)})`;
}

/** The same at the start of a sentence. */
export function capitalLabel(client: Client): string {
  return `C${label(client).slice(1)}`;
}

/** Several in a sentence: `client 3`, or `clients 3, 5 and 12 more`. */
export function clientsText(ids: readonly ClientId[], most = Number.POSITIVE_INFINITY): string {
  const more = ids.length > most ? ` and ${ids.length - most} more` : "";
  return `${ids.length === 1 ? "client" : "clients"} ${ids.slice(0, most).join(", ")}${more}`;
}
