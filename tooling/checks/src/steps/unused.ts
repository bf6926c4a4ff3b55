import { runTool } from "../../../tasks/src/tool.ts";
import type { Step } from "../step.ts";

/** Files, exports and dependencies that nothing uses, and dependencies that no package.json names. */
export const unused: Step = {
  name: "unused",
  run: () => runTool(["knip", "--no-progress"], { output: "keep" }),
};
