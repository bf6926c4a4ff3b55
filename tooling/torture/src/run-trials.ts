/** Runs trials one after the other, each with a seed of its own out of one, and never stops at a violation. */
import { seeded } from "./random.ts";
import type { Tally, Trial } from "./trial.ts";

export interface TrialResult {
  readonly trial: Trial;
  readonly seed: number;
  readonly seconds: number;
  readonly tally: Tally;
  /** What it found: a promise that was broken, or a failure of the trial itself. */
  readonly found: string | undefined;
}

export async function* runTrials(
  trials: readonly Trial[],
  seed: number,
  ms: number,
): AsyncGenerator<TrialResult> {
  for (const trial of trials) {
    const own = seedOf(trial, seed);
    const start = performance.now();
    const share = ms / trials.length;
    const budget = {
      random: seeded(own),
      more: () => performance.now() < start + share,
      seconds: share / 1000,
    };
    let tally: Tally = {};
    let found: string | undefined;
    try {
      tally = await trial.run(budget);
    } catch (error) {
      found = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    }
    yield { trial, seed, tally, found, seconds: (performance.now() - start) / 1000 };
  }
}

/** Of the run's seed and the trial's name: so that one trial can be repeated without the others. */
export function seedOf({ name, subject }: Trial, seed: number): number {
  let hash = seed | 0;
  for (const character of `${name} ${subject}`)
    hash = (Math.imul(hash, 31) + (character.codePointAt(0) ?? 0)) | 0;
  return hash;
}
