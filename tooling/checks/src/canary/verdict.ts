import type { StepResult } from "../step.ts";
import { noTally } from "./canary.ts";
import type { Tally } from "./canary.ts";

/** Where secrets are kept, thrown and printed: each of these has to have been looked at in earnest. */
const EXPECTED: { readonly [folder: string]: readonly (keyof Tally)[] } = {
  "packages/db-core": ["errors", "files"],
  "packages/db-json": ["files", "holders", "errors"],
  "packages/db-sqlite": ["files", "holders", "errors"],
  "packages/db-redis": ["errors", "outputs"],
  "packages/db-cli": ["files", "holders", "outputs"],
};

/** `tallies` of each folder that has run tests; `places`: where a secret was found that none belongs. */
export function verdict(
  tallies: ReadonlyMap<string, readonly Tally[]>,
  places: readonly string[],
  outputLength: number,
): StepResult {
  const total = noTally();
  const problems = places.map((place) => `a secret of the tests is in ${place}`);
  if (outputLength === 0) problems.push("there was no output of the tests to look through");
  for (const folder of Object.keys(EXPECTED))
    if (!tallies.has(folder)) problems.push(`${folder}: its tests have left no report`);
  for (const [folder, ofFolder] of tallies) {
    if (ofFolder.length === 0) problems.push(`${folder}: nobody watched its tests`);
    const sum = noTally();
    for (const one of ofFolder) for (const name of names(sum)) sum[name] += one[name];
    for (const name of EXPECTED[folder] ?? [])
      if (sum[name] === 0) problems.push(`${folder}: no ${name} were looked at`);
    for (const name of names(total)) total[name] += sum[name];
  }
  const { files, holders, errors, outputs } = total;
  const note = `${files} files (${holders} hold secrets, and may), ${errors} errors, ${outputs} outputs`;
  return { ok: problems.length === 0, output: problems.join("\n"), note };
}

const names = (tally: Tally): (keyof Tally)[] => Object.keys(tally) as (keyof Tally)[];
