import type { Output } from "../output/output.ts";
import type { Report } from "./report.ts";

/** A transfer copies what it finds. Whoever seals their secrets must hear that some may be readable for now. */
export function tellUnsealed(output: Output, isSealed: boolean, { clients }: Report): void {
  if (!isSealed || clients.added + clients.replaced === 0) return;
  output.remark(
    "not-sealed-yet",
    "Secrets that were in clear text where they came from are so in this store too, until they are changed or the store is sealed anew: hivemind-db rekey",
  );
}
