import type { Json } from "../json.ts";

/** Where one secret is stored. What is in the clear wins: another program has put it there since. */
export interface Slot {
  readonly clear?: Json | undefined;
  readonly sealed?: Json | undefined;
}
