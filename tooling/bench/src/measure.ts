import { measure } from "mitata";
import type { Figure } from "./result.ts";

type Operation = () => unknown;

/** As many as connect at once. */
export const CALLERS = 64;
/** Each is measured a little, in turn with the others: a machine is not as fast now as it was a second ago. */
const ROUNDS = 10;
/** Of one round: long enough for a steady median in all, short enough for all of them. */
const CPU_TIME_NS = 30e6;
/** By then V8 has optimized what a node that runs for days does all the time: the more code, the later. */
const WARM_UP_OPERATIONS = 20_000;

/**
 * Of many runs of each, a run being `per` operations. Without a collection of all garbage before each round: no node
 * does that, and with 100,000 clients in memory V8 sweeps for longer than a round takes, which is what it would show.
 */
export async function figures(
  operations: readonly Operation[],
  { per = 1 }: { readonly per?: number } = {},
): Promise<readonly Figure[]> {
  for (const operation of operations)
    for (let done = 0; done < WARM_UP_OPERATIONS; done += per) await operation();
  const samples = operations.map((): number[] => []);
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const [i, operation] of operations.entries()) {
      const options = { gc: false, min_cpu_time: CPU_TIME_NS, min_samples: 3, max_samples: 2000 };
      for (const sample of (await measure(operation, options)).samples) samples[i]?.push(sample / per);
    }
  }
  return samples.map(figureOf);
}

/** What is too slow, or changes too much, to be run often: so often each, a few at a time in turn. */
export async function timesEach(runs: number, trials: readonly Trial[]): Promise<readonly Figure[]> {
  const nanoseconds = trials.map((): number[] => []);
  const atATime = Math.ceil(runs / ROUNDS);
  for (let done = 0; done < runs; done += atATime)
    for (const [i, { operation, per = 1 }] of trials.entries())
      for (let run = done; run < Math.min(runs, done + atATime); run += 1)
        nanoseconds[i]?.push((await timeOf(operation)) / per);
  return nanoseconds.map(figureOf);
}

export interface Trial {
  readonly operation: Operation;
  /** As many of what the row counts are one of these. */
  readonly per?: number;
}

/** Of one run, in nanoseconds. */
export async function timeOf(operation: Operation): Promise<number> {
  const start = process.hrtime.bigint();
  await operation();
  return Number(process.hrtime.bigint() - start);
}

export function figureOf(values: readonly number[]): Figure {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number): number =>
    sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
  return { median: at(0.5), low: at(0.25), high: at(0.75) };
}

/** The same as so many callers at once. */
export function atOnce(callers: number, operation: Operation): () => Promise<unknown> {
  return () => Promise.all(Array.from({ length: callers }, operation));
}
