import { measure } from "mitata";
import type { Figure } from "./result.ts";

type Operation = () => unknown;

/** As many as connect at once. */
export const CALLERS = 64;
/** Long enough for a steady median, short enough for all of them. */
const CPU_TIME_NS = 300e6;
/** By then V8 has optimized what a node that runs for days does all the time: the more code, the later. */
const WARM_UP_OPERATIONS = 20_000;

/** Many runs, each of `per` operations. */
export async function figure(operation: Operation, per = 1): Promise<Figure> {
  for (let done = 0; done < WARM_UP_OPERATIONS; done += per) await operation();
  const { p25, p50, p75 } = await measure(operation, {
    min_cpu_time: CPU_TIME_NS,
    min_samples: 12,
    max_samples: 20_000,
  });
  return { median: p50 / per, low: p25 / per, high: p75 / per };
}

/** Each of some runs by itself: for what is too slow, or changes too much, to be run often. */
export async function times(runs: number, operation: (run: number) => unknown, per = 1): Promise<Figure> {
  const nanoseconds: number[] = [];
  for (let run = 0; run < runs; run += 1) {
    const start = process.hrtime.bigint();
    await operation(run);
    nanoseconds.push(Number(process.hrtime.bigint() - start) / per);
  }
  return figureOf(nanoseconds);
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
