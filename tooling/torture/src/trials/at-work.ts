/** What nodes do while servers and networks fail: every error is one of a few and in time, and work goes on. */
import { setTimeout as delay } from "node:timers/promises";
import { failureOf, succeeded } from "../history/operation.ts";
import type { Operation } from "../history/operation.ts";
import { promise } from "../trial.ts";
import type { Crew } from "../workers/crew.ts";

export const FAILURES_OF_SERVERS: readonly string[] = [
  "unreachable",
  "unconfirmed",
  "read-only",
  "locked",
  "no-such-client",
  "duplicate-key",
];

/** Where others were always faster, a change is tried again for 10 s. */
const OVERTAKEN_MS = 10_000;
const RESUMED_MS = 20_000;

/** From now on each of them is told that something it wrote is written, before long. */
export async function atWork(crew: Crew, workers: readonly string[], after = "the start"): Promise<void> {
  const now = process.hrtime.bigint();
  const deadline = performance.now() + RESUMED_MS;
  const resumed = (worker: string): boolean =>
    crew
      .history(worker)
      .some((one) => one.start > now && succeeded(one) && ["append", "touch", "add"].includes(one.call.do));
  while (!workers.every(resumed)) {
    promise(performance.now() < deadline, () => `after ${after} was over, work was not resumed`);
    await delay(50);
  }
}

export function tookMs({ start, end, outcome }: Operation): number {
  return outcome === undefined ? 0 : Math.round(Number(end - start) / 1e6);
}

export function inTime(
  history: readonly Operation[],
  { failures, boundMs }: { readonly failures: readonly string[]; readonly boundMs: number },
): void {
  for (const operation of history) {
    const code = failureOf(operation);
    promise(code === undefined || failures.includes(code), () => `${operation.call.do} failed with ${code}`);
    const bound = code === "locked" || code === undefined ? OVERTAKEN_MS + boundMs : boundMs;
    promise(
      tookMs(operation) <= bound,
      () => `${operation.call.do} (${code ?? "done"}) took ${tookMs(operation)} ms`,
    );
  }
}
