/** One trial, for so many seconds. Its argument: one JSON text. */
import { seeded } from "./random.ts";
import type { Sent } from "./run-trials.ts";
import { TRIALS } from "./trials.ts";

interface Task {
  readonly name: string;
  readonly subject: string;
  readonly seed: number;
  readonly seconds: number;
}

const { name, subject, seed, seconds } = JSON.parse(process.argv[2] ?? "") as Task;
const trial = TRIALS.find((one) => one.name === name && one.subject === subject);
const end = performance.now() + seconds * 1000;
process.send?.(await outcome(), () => process.exit());

async function outcome(): Promise<Sent> {
  try {
    if (trial === undefined) throw new Error(`there is no trial ${name} of ${subject}`);
    const budget = { random: seeded(seed), more: () => performance.now() < end, seconds };
    return { report: await trial.run(budget) };
  } catch (error) {
    return { found: error instanceof Error ? `${error.name}: ${error.message}` : String(error) };
  }
}
