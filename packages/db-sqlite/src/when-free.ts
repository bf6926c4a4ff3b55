/** Waiting for a lock without holding up the event loop, which SQLite's own waiting would. */
import { setTimeout as delay } from "node:timers/promises";
import { isBusy } from "./sqlite-error.ts";

/** No event tells that another process has released a lock, so we ask again; more often, many who wait would hold up the one who works. */
const RETRY_MS = { least: 1, most: 10 };

/** An attempt answers it where SQLite says "busy" without an error. */
export const BUSY = Symbol("busy");

/** The answer of `attempt`, which is repeated while SQLite answers "busy"; its error (or `BUSY`) in the end. */
export async function whenFree<T>(timeoutMs: number, attempt: () => T): Promise<T> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    try {
      const answer = attempt();
      if (answer !== BUSY || performance.now() >= deadline) return answer;
    } catch (error) {
      if (!isBusy(error) || performance.now() >= deadline) throw error;
    }
    await delay(RETRY_MS.least + Math.random() * (RETRY_MS.most - RETRY_MS.least));
  }
}
