import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "../../../tasks/src/paths.ts";
import { boundaryProblems } from "../rules/boundaries.ts";
import { conformanceProblems } from "../rules/conformance.ts";
import { fileNameProblems } from "../rules/file-names.ts";
import { parseModule, type SourceModule } from "../rules/source-module.ts";
import type { Step } from "../step.ts";

/** The rules of this repository's own structure; each file under rules/ is one of them. */
export const structure: Step = {
  name: "structure",
  run: async () => {
    const modules = readSources();
    const problems = [boundaryProblems, conformanceProblems, fileNameProblems].flatMap((rule) =>
      rule(modules),
    );
    return { ok: problems.length === 0, output: problems.join("\n") };
  },
};

function readSources(): SourceModule[] {
  return globSync("packages/*/src/**/*.ts", { cwd: ROOT })
    .map((path) => path.replaceAll("\\", "/"))
    .toSorted()
    .map((path) => parseModule(path, readFileSync(join(ROOT, path), "utf8")));
}
