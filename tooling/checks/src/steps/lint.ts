import { runTool } from "../../../tasks/src/tool.ts";
import type { Step } from "../step.ts";

export const lint: Step = {
  name: "lint",
  run: () => runTool(["oxlint", "--type-aware", "--deny-warnings"], { output: "keep" }),
};
