/** In every test process: the secrets get a canary, and what is written, thrown and left in files is looked through. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll } from "vitest";
import { noTally } from "./canary.ts";
import { watchErrors, watchFiles, watchOutput, withCanaries } from "./watchers.ts";

/** Beside the report of vitest, which works in the folder of the package. */
const TALLIES = join(process.cwd(), "reports", "canary");

const tally = noTally();
const leaks = new Set<string>();
const leak = (where: string): void => void leaks.add(where);

let expected: RegExp | undefined;

/** For a file whose tests are about programs that leak: what begins like this is there on purpose, and has to be. */
export function leaksOnPurpose(where: RegExp): void {
  expected = where;
}

const undo = [withCanaries(), watchFiles(tally, leak), watchErrors(tally, leak), watchOutput(tally, leak)];

afterAll(() => {
  for (const step of undo.toReversed()) step();
  mkdirSync(TALLIES, { recursive: true });
  writeFileSync(join(TALLIES, `${process.pid}-${performance.now()}.json`), JSON.stringify(tally));
  const found = [...leaks].filter((where) => expected?.test(where) !== true);
  if (expected !== undefined && found.length === leaks.size)
    throw new Error("nothing leaks here: do not say so");
  if (found.length > 0) throw new Error(`a secret of these tests was found in:\n${found.join("\n")}`);
});
