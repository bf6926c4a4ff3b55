import { publishedPackages } from "../../../tasks/src/packages.ts";
import { ROOT } from "../../../tasks/src/paths.ts";
import { releaseBase, releaseState } from "../release-state.ts";
import { changesetProblems } from "../rules/changesets.ts";
import type { Step } from "../step.ts";

/** Compared with CHANGESET_BASE where CI names one, else with the last release. Asks no network. */
export const changesets: Step = {
  name: "changesets",
  run: async () => {
    const base = await releaseBase(ROOT, process.env["CHANGESET_BASE"]);
    const problems = changesetProblems(await releaseState(ROOT, base, publishedPackages()));
    const note = base === undefined ? "no release yet" : `since ${base}`;
    return { ok: problems.length === 0, output: problems.join("\n"), note };
  },
};
