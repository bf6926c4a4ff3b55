import { runTool } from "../../../tasks/src/tool.ts";
import type { Step } from "../step.ts";

export const format: Step = {
  name: "format",
  run: async () => {
    const result = await runTool(["oxfmt", "--check", "."], { output: "keep" });
    return { ...result, output: `${result.output}\n\`npm run fix\` formats these files.` };
  },
};
