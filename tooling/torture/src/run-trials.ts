/**
 * Runs trials in lanes: those of one lane one after the other, the lanes side by side. Each trial has a seed of its
 * own out of one, and a process of its own; no violation stops the others.
 */
import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { Report, Trial } from "./trial.ts";

export interface TrialResult {
  readonly trial: Trial;
  /** Of the run: with it and the names of the trial, it is repeated alone. */
  readonly seed: number;
  readonly seconds: number;
  readonly report: Report;
  /** What it found: a promise that was broken, or a failure of the trial itself. */
  readonly found: string | undefined;
}

/** What the process of a trial sends. */
export type Sent = { readonly report: Report } | { readonly found: string };

/** What is held is told from garbage; and what takes more than that, whatever it was fed, ends here. */
const FLAGS = ["--expose-gc", "--max-old-space-size=1024"];
const PROCESS = fileURLToPath(new URL("trial.process.ts", import.meta.url));

export async function runTrials(
  lanes: readonly (readonly Trial[])[],
  seed: number,
  ms: number,
  onResult: (result: TrialResult) => void,
): Promise<void> {
  const end = performance.now() + ms;
  await Promise.all(lanes.map((trials) => runLane(trials, seed, end, onResult)));
}

/** What one does not use is left to those after it. */
async function runLane(
  trials: readonly Trial[],
  seed: number,
  end: number,
  onResult: (result: TrialResult) => void,
): Promise<void> {
  for (const [i, trial] of trials.entries()) {
    const left = Math.max(1000, end - performance.now());
    onResult(await runTrial(trial, seed, left / (trials.length - i) / 1000));
  }
}

async function runTrial(trial: Trial, seed: number, seconds: number): Promise<TrialResult> {
  const start = performance.now();
  const task = { name: trial.name, subject: trial.subject, seed: seedOf(trial, seed), seconds };
  const child = fork(PROCESS, [JSON.stringify(task)], {
    execArgv: [...process.execArgv, ...FLAGS],
  });
  let sent: Sent | undefined;
  child.on("message", (message) => (sent = message as Sent));
  const [code, signal] = (await once(child, "exit")) as [number | null, string | null];
  const outcome = sent ?? { found: `the process of the trial ended with ${code ?? signal}` };
  return {
    trial,
    seed,
    seconds: (performance.now() - start) / 1000,
    report: "report" in outcome ? outcome.report : { tried: {} },
    found: "found" in outcome ? outcome.found : undefined,
  };
}

/** Of the run's seed and the trial's name: so that one trial can be repeated without the others. */
export function seedOf({ name, subject }: Trial, seed: number): number {
  let hash = seed | 0;
  for (const character of `${name} ${subject}`)
    hash = (Math.imul(hash, 31) + (character.codePointAt(0) ?? 0)) | 0;
  return hash;
}
