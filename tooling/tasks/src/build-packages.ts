import { pruneDist } from "./prune-dist.ts";
import { runTool, type ToolOptions, type ToolResult } from "./tool.ts";

/** Builds what has changed. turbo answers from its cache for the rest, so this is cheap to call. */
export async function buildPackages(output: ToolOptions["output"]): Promise<ToolResult> {
  const turbo = ["turbo", "run", "build", "--continue", "--ui=stream", "--output-logs=errors-only"];
  const result = await runTool(turbo, { output });
  if (result.ok) pruneDist();
  return result;
}

/** For tasks whose stdout belongs to the program that they run. */
export async function buildQuietly(): Promise<boolean> {
  const { ok, output } = await buildPackages("keep");
  if (!ok) process.stderr.write(`The build failed:\n${output}`);
  return ok;
}
