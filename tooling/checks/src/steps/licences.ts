import { run } from "../../../tasks/src/tool.ts";
import { licenceProblems, type Licences } from "../rules/licences.ts";
import type { Step } from "../step.ts";

/** Of everything that users install with one of our packages. */
export const licences: Step = {
  name: "licences",
  run: async () => {
    const listing = ["licenses", "list", "--prod", "--json", "--filter", "./packages/*"];
    const { ok, output } = await run("pnpm", listing, { output: "keep" });
    if (!ok) return { ok, output };
    const found: Licences = JSON.parse(output.slice(output.indexOf("{")));
    const problems = licenceProblems(found);
    const count = Object.values(found).flat().length;
    // Nothing found would be nothing checked.
    if (count === 0) problems.push("pnpm licenses listed no package");
    return { ok: problems.length === 0, output: problems.join("\n"), note: `${count} packages` };
  },
};
