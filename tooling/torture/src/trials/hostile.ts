/** Input that nobody sane would send, as much as there is time for. */
import * as fc from "fast-check";
import { counts } from "../hostile/only-ours.ts";
import type { Prepared, Surface } from "../hostile/surface.ts";
import { promise, Violation } from "../trial.ts";
import type { Trial } from "../trial.ts";

const CASES_A_ROUND = 100;
/** A surface that has had so many makes room for the next one. */
const MOST_CASES = 100_000;
/** What a process may come to hold while it is fed: a leak shows at once, with so many cases. */
const GROWTH_BYTES = 64 * 1024 * 1024;

export function hostile(surface: Surface): Trial {
  return {
    name: "hostile",
    subject: surface.name,
    proves: surface.proves,
    run: async (budget) => {
      counts.answered = 0;
      counts.refused = 0;
      let before = 0;
      const started = performance.now();
      const lanes = budget.seconds === undefined ? 1 : (surface.atOnce ?? 1);
      const all = await Promise.all(Array.from({ length: lanes }, () => surface.prepare()));
      let cases = 0;
      try {
        do {
          await Promise.all(all.map((prepared) => check(prepared, budget.random.seed())));
          // What every case needs is there now.
          if (cases === 0) before = heldBytes();
          cases += lanes * CASES_A_ROUND;
        } while (cases < MOST_CASES && budget.more(cases));
      } finally {
        await Promise.all(all.map((prepared) => prepared.dispose()));
      }
      const seconds = (performance.now() - started) / 1000;
      const grown = heldBytes() - before;
      promise(grown < GROWTH_BYTES, () => `the process grew by ${grown} bytes`);
      promise(
        counts.answered > 0 && counts.refused > 0,
        () => `it tried one side only: ${JSON.stringify(counts)}`,
      );
      return {
        tried: { cases, "calls answered": counts.answered, "calls refused": counts.refused },
        figures: {
          "cases a second": Math.round(cases / seconds),
          "MB grown": Math.max(0, Math.round(grown / 1024 / 1024)),
        },
      };
    },
  };
}

/** When nobody is fed, and what nobody needs has gone: the process of a trial exposes the collector. */
function heldBytes(): number {
  globalThis.gc?.();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

async function check({ property }: Prepared, seed: number): Promise<void> {
  const details = await fc.check(property as fc.IAsyncProperty<unknown>, {
    seed,
    numRuns: CASES_A_ROUND,
    includeErrorInReport: true,
    // To shrink what takes a server and many calls would take longer than the run; its path repeats it.
    endOnFailure: true,
  });
  if (details.failed) throw new Violation(fc.defaultReportMessage(details) ?? "failed");
}
