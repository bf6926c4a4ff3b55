/** The trials of `npm run proof`: everything that is tried, for so many minutes, from one seed. */
import { randomInt } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { machine, promises, table, versions } from "./results.ts";
import { runTrials } from "./run-trials.ts";
import type { TrialResult } from "./run-trials.ts";
import { TRIALS } from "./trials.ts";

const RESULTS = new URL("../RESULTS.md", import.meta.url);
const BUGS = new URL("../BUGS.md", import.meta.url);
const PACKAGES = ["db-core", "db-json", "db-sqlite", "db-redis"];

const { values } = parseArgs({
  options: {
    minutes: { type: "string", default: "5" },
    seed: { type: "string", default: String(randomInt(2 ** 31)) },
    /** Part of a trial's name and subject: "crash", "sqlite", "crash json". */
    only: { type: "string", default: "" },
    /** What RESULTS.md says it was made by. */
    record: { type: "string" },
  },
});
const minutes = Number(values.minutes);
const seed = Number(values.seed);
const trials = TRIALS.filter(({ name, subject }) => `${name} ${subject}`.includes(values.only));

if (!(minutes > 0) || !Number.isSafeInteger(seed) || trials.length === 0) {
  console.error(
    "usage: main.ts --minutes NUMBER --seed INTEGER [--only TEXT] [--record COMMAND]; see npm run proof",
  );
  process.exitCode = 2;
} else {
  const results: TrialResult[] = [];
  for await (const result of runTrials(trials, seed, minutes * 60_000)) {
    results.push(result);
    console.log(table([result]).split("\n").at(-1));
  }
  const failed = results.filter(({ found }) => found !== undefined).length;
  console.log(`\n${table(results)}\n`);
  if (failed > 0) console.log(`${failed} of ${trials.length} trials FAILED`);
  if (values.record !== undefined) writeFileSync(RESULTS, page(results, values.record));
  process.exitCode = failed === 0 ? 0 : 1;
}

function page(results: readonly TrialResult[], command: string): string {
  return [
    "# What was tried, and what it found",
    "Written by the command below; do not edit. Every trial is repeated by the seed.",
    `    ${command}`,
    `${new Date().toISOString().slice(0, 10)}, ${machine()}; ${versions(PACKAGES)}.`,
    table(results),
    "## What each trial looks for",
    promises(results),
    "## What the trials have found, and is mended",
    readFileSync(BUGS, "utf8"),
  ].join("\n\n");
}
