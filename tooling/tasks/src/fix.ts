import { runTool } from "./tool.ts";

// Formatting comes last: a lint fix may leave a line that is too long.
const linted = await runTool(["oxlint", "--type-aware", "--fix", "--deny-warnings"], { output: "inherit" });
const formatted = await runTool(["oxfmt", "."], { output: "inherit" });
process.exitCode = linted.ok && formatted.ok ? 0 : 1;
