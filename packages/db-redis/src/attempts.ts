/** How often is tried what others keep overtaking: a write, or a read in several steps. */
import { setTimeout as delay } from "node:timers/promises";
import { DbError } from "@hivemind/db-core/backend";

/** As long as the writers of one file wait for each other. */
const PATIENCE_MS = 10_000;
/** So many at once: whoever is unlucky for once is not made slower. */
const WITHOUT_A_PAUSE = 3;
/** Whoever has just won goes on without one, so long ones would keep the others back. */
const LONGEST_PAUSE_MS = 16;
const WAITED_MS = 64;
/** A pause of up to 8 ms. */
const AFTER_WAITING = WITHOUT_A_PAUSE + 3;

/**
 * Runs `attempt` until it answers something other than `"again"`, or `"at once"`: it has heard what it lost to, which
 * a pause would make old. Each one is a new start from what is stored then, so in every round one writer gets through.
 * The pauses are random, so that two do not go on meeting.
 */
export async function attempts<T>(
  attempt: () => Promise<T | "again" | "at once">,
  location: string,
  why = "other writers changed the same data first",
): Promise<T> {
  const deadline = performance.now() + PATIENCE_MS;
  let attemptsMade = 0;
  for (let tried = 1; ; tried += 1) {
    const started = performance.now();
    const outcome = await attempt();
    if (outcome !== "again" && outcome !== "at once") return outcome;
    attemptsMade += 1;
    // One that took long by itself, on a machine that is busy, was not overtaken for all that time.
    if (performance.now() > deadline && attemptsMade > WITHOUT_A_PAUSE) {
      throw new DbError("locked", `redis at ${location}: ${why} for ${PATIENCE_MS / 1000} s; try again`);
    }
    if (outcome === "at once") continue;
    // It has waited for the server, as others have. Long pauses would make it the last one again, and none at all
    // keep all of them in step.
    if (performance.now() - started > WAITED_MS) tried = AFTER_WAITING;
    if (tried > WITHOUT_A_PAUSE)
      await delay(Math.random() * Math.min(2 ** (tried - WITHOUT_A_PAUSE), LONGEST_PAUSE_MS));
  }
}
