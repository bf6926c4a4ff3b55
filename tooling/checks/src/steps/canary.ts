/** After the tests: no secret of theirs in what they printed, reported and left, and all of that was looked at. */
import { globSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { ROOT } from "../../../tasks/src/paths.ts";
import { holdsCanary, mayHold } from "../canary/canary.ts";
import { verdict } from "../canary/verdict.ts";
import type { Tally } from "../canary/canary.ts";
import type { Step } from "../step.ts";

const REPORTS = "{packages,tooling}/*/reports/vitest.json";
const TALLIES = "{packages,tooling}/*/reports/canary/*.json";

export function forgetTallies(): void {
  for (const path of globSync(TALLIES, { cwd: ROOT })) rmSync(join(ROOT, path));
}

/** `output`: what the tests printed, since `started` (ms). */
export function canary(output: string, started: number): Step {
  return {
    name: "canary",
    run: async () => {
      const reports = globSync(REPORTS, { cwd: ROOT });
      const tallies = new Map<string, Tally[]>(reports.map((path) => [dirname(dirname(path)), []]));
      for (const path of globSync(TALLIES, { cwd: ROOT }))
        tallies
          .get(dirname(dirname(dirname(path))))
          ?.push(JSON.parse(readFileSync(join(ROOT, path), "utf8")) as Tally);
      const left = filesLeft(started);
      const places = [
        ...(holdsCanary(output) ? ["the output of the tests"] : []),
        ...reports.filter((path) => holdsCanary(readFileSync(join(ROOT, path)))),
        ...left.filter((path) => !mayHold(path) && holdsCanary(readFileSync(path))),
      ];
      return verdict(tallies, places, output.length);
    },
  };
}

/** In the system's folder for temporary files, of tests that did not end as they should. */
function filesLeft(started: number): readonly string[] {
  const folders = readdirSync(tmpdir())
    .filter((name) => /^(?:hivemind|redis)/.test(name))
    .map((name) => join(tmpdir(), name))
    .filter((path) => (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0) >= started);
  return folders.flatMap((folder) =>
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name)),
  );
}
