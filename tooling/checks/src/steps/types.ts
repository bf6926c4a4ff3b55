import { runTool } from "../../../tasks/src/tool.ts";
import type { Step } from "../step.ts";

/** Sources, tests and tooling; the build has seen the sources only. */
export const types: Step = {
  name: "types",
  run: () =>
    runTool(["turbo", "run", "typecheck", "--continue", "--ui=stream", "--output-logs=errors-only"], {
      output: "keep",
    }),
};
