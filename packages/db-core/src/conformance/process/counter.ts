/** One more, in the metadata of a client or in the state of a node: what a lost update would miss. */
import type { Client, ClientChange } from "../../client.ts";
import type { Json } from "../../json.ts";

export function counted(now: Client): ClientChange {
  return { metadata: { ...now.metadata, counter: countUp(now.metadata["counter"]) } };
}

export function countUp(now: Json | undefined): number {
  return (typeof now === "number" ? now : 0) + 1;
}
