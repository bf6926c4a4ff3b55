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
  const writes = new Set(["append", "touch", "add"]);
  const isWritten = (one: Operation): boolean => succeeded(one) && writes.has(one.call.do);
  await allHave(crew, workers, isWritten, () => `after ${after} was over, work was not resumed`);
}

/** From now on the worker is told this failure, before long. */
export async function isTold(crew: Crew, worker: string, code: string): Promise<void> {
  await allHave(
    crew,
    [worker],
    (one) => failureOf(one) === code,
    () => `nobody was told ${code}`,
  );
}

async function allHave(
  crew: Crew,
  workers: readonly string[],
  isIt: (operation: Operation) => boolean,
  otherwise: () => string,
): Promise<void> {
  const now = process.hrtime.bigint();
  const deadline = performance.now() + RESUMED_MS;
  while (!workers.every((worker) => crew.history(worker).some((one) => one.start > now && isIt(one)))) {
    promise(performance.now() < deadline, otherwise);
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
