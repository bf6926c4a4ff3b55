/** The trials of `npm run proof`: everything that is tried, for so many minutes, from one seed. */
import { randomInt } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { commit, machine, promises, redisVersion, table, versions } from "./results.ts";
import { runTrials } from "./run-trials.ts";
import type { TrialResult } from "./run-trials.ts";
import { LANES } from "./trials.ts";

const RESULTS = new URL("../RESULTS.md", import.meta.url);
const BUGS = new URL("../BUGS.md", import.meta.url);
const LOOKS_FOR = "## What each trial looks for";
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
const lanes = LANES.map((trials) =>
  trials.filter(({ name, subject }) => `${name} ${subject}`.includes(values.only)),
);
const count = lanes.flat().length;

if (!(minutes > 0) || !Number.isSafeInteger(seed) || count === 0) {
  console.error(
    "usage: main.ts --minutes NUMBER --seed INTEGER [--only TEXT] [--record COMMAND]; see npm run proof",
  );
  process.exitCode = 2;
} else {
  const results: TrialResult[] = [];
  const whole = wholeRun();
  await runTrials(lanes, seed, minutes * 60_000, (result) => {
    results.push(result);
    console.log(table([result]).split("\n").at(-1));
    // Each time: a run that is cut off has said what it knew.
    if (values.record !== undefined) writeFileSync(RESULTS, recorded(results, values.record, whole));
  });
  const failed = results.filter(({ found }) => found !== undefined).length;
  console.log(`\n${table(inOrder(results))}\n`);
  console.log(`${failed} of ${count} trials found something`);
  process.exitCode = failed === 0 ? 0 : 1;
}

/** The page of a whole run; and where a part is repeated, that beside the whole run, of which nothing is taken away. */
function recorded(results: readonly TrialResult[], command: string, whole: string): string {
  if (values.only === "") return page(results, command);
  const [before = "", ...after] = whole.split(LOOKS_FOR);
  return (
    [`${before}## Repeated since`, ...run(results, command), ""].join("\n\n") + [LOOKS_FOR, ...after].join("")
  );
}

function page(results: readonly TrialResult[], command: string): string {
  return [
    "# What was tried, and what it found",
    'Written by the commands below; do not edit. A trial is repeated by its seed: `--seed SEED --only "TRIAL ON"`. ' +
      `${LANES.length} lanes of trials run side by side: what a call took is an upper bound.`,
    ...run(results, command),
    LOOKS_FOR,
    promises(inOrder(results)),
    "## What the trials have found, and is mended",
    readFileSync(BUGS, "utf8"),
  ].join("\n\n");
}

function run(results: readonly TrialResult[], command: string): readonly string[] {
  const failed = results.filter(({ found }) => found !== undefined).length;
  return [
    `    ${command}`,
    `${new Date().toISOString().slice(0, 10)}, commit ${commit()}; ${machine()}; ${redisVersion()}; ${versions(PACKAGES)}.`,
    `${results.length} of ${count} trials, ${failed} found something.`,
    table(inOrder(results)),
  ];
}

/** As it was recorded, for a part of it that is repeated. */
function wholeRun(): string {
  const text = existsSync(RESULTS) ? readFileSync(RESULTS, "utf8") : "";
  if (values.only !== "" && values.record !== undefined && !text.includes(LOOKS_FOR))
    throw new Error(
      "there is no recorded run yet that a part could be repeated of: record without --only first",
    );
  return text;
}

function inOrder(results: readonly TrialResult[]): readonly TrialResult[] {
  const order = lanes.flat();
  return results.toSorted((a, b) => order.indexOf(a.trial) - order.indexOf(b.trial));
}
