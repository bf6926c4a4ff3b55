/** One step where that is possible; while a cluster moves the clients from one node to another, several. */
import { SlotMoving } from "./after-failure.ts";
import type { Sent } from "./connection.ts";

/** Few clients have been moved by then, and all of a write is one step again. Reads need not wait for that. */
const WRITES_WAIT_MS = 250;

export async function orInSteps<T>(
  what: "reads" | "writes",
  whole: (sent: Sent) => Promise<T>,
  inSteps: () => Promise<T>,
): Promise<T> {
  try {
    return await whole({ patienceMs: what === "reads" ? 0 : WRITES_WAIT_MS });
  } catch (error) {
    if (!(error instanceof SlotMoving)) throw error;
    return inSteps();
  }
}
