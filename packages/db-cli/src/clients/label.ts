import type { Client } from "@hivemind/db-core";
import { escapeText } from "../output/escape.ts";

/** The client in a sentence: `client 3 (kitchen)`. */
export function label({ id, name }: Client): string {
  return name === "" ? `client ${id}` : `client ${id} (${escapeText(name)})`;
}

/** The same at the start of a sentence. */
export function capitalLabel(client: Client): string {
  return `C${label(client).slice(1)}`;
}
