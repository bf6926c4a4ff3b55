import { run } from "../../../tasks/src/tool.ts";
import type { Step } from "../step.ts";

/** The public API of each package against its committed report. A process of its own: it computes for seconds. */
export const api: Step = {
  name: "api",
  run: () =>
    run(process.execPath, [...process.execArgv, "tooling/api/src/main.ts", "--check"], { output: "keep" }),
};
