/** Input that nobody sane would send, as much as there is time for. */
import * as fc from "fast-check";
import { counts } from "../hostile/only-ours.ts";
import type { Surface } from "../hostile/surface.ts";
import { promise, Violation } from "../trial.ts";
import type { Trial } from "../trial.ts";

const CASES_A_ROUND = 100;
/** What a process may come to hold while it is fed: a leak shows at once, with so many cases. */
const GROWTH_BYTES = 512 * 1024 * 1024;

export function hostile(surface: Surface): Trial {
  return {
    name: "hostile",
    subject: surface.name,
    proves: surface.proves,
    run: async (budget) => {
      counts.answered = 0;
      counts.refused = 0;
      const held = process.memoryUsage().rss;
      let rounds = 0;
      const prepared = await surface.prepare();
      try {
        do {
          const details = await fc.check(prepared.property as fc.IAsyncProperty<unknown>, {
            seed: budget.random.seed(),
            numRuns: CASES_A_ROUND,
            includeErrorInReport: true,
          });
          if (details.failed) throw new Violation(fc.defaultReportMessage(details) ?? "failed");
          rounds += 1;
        } while (budget.more(rounds));
      } finally {
        await prepared.dispose();
      }
      const grown = process.memoryUsage().rss - held;
      if (grown > GROWTH_BYTES) throw new Violation(`the process grew by ${grown} bytes`);
      promise(
        counts.answered > 0 && counts.refused > 0,
        () => `it tried one side only: ${JSON.stringify(counts)}`,
      );
      return {
        cases: rounds * CASES_A_ROUND,
        "calls answered": counts.answered,
        "calls refused": counts.refused,
      };
    },
  };
}
