/** One step where that is possible; while a cluster moves the clients from one node to another, several. */
import { SlotMoving } from "./after-failure.ts";
import type { Sent } from "./connection.ts";

/**
 * The slot of some thousand clients can have been moved by then (10,000 keys, ten at a time, took 220 ms between two
 * servers of one machine), and a write is one step again, of which nothing is left by halves. Longer, whoever revokes
 * would wait for what steps can do too. Reads lose nothing by steps.
 */
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
