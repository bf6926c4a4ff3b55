import { spawn } from "node:child_process";
import { ROOT } from "./paths.ts";

export interface ToolResult {
  ok: boolean;
  /** stdout and stderr in the order of arrival; empty where they were inherited. */
  output: string;
}

export interface ToolOptions {
  /** `inherit` shows the output while the tool runs, `keep` returns it. */
  output: "inherit" | "keep" | "both";
  cwd?: string;
  env?: NodeJS.ProcessEnv;
}

/** Runs a development tool of the root package.json to its end. pnpm finds it on every platform. */
export function runTool(command: string[], options: ToolOptions): Promise<ToolResult> {
  return run("pnpm", ["exec", ...command], options);
}

export function run(file: string, args: string[], options: ToolOptions): Promise<ToolResult> {
  return new Promise((resolve) => {
    const child = spawn(file, args, {
      cwd: options.cwd ?? ROOT,
      env: { ...process.env, ...options.env },
      stdio: options.output === "inherit" ? "inherit" : ["ignore", "pipe", "pipe"],
    });
    let output = "";
    for (const name of ["stdout", "stderr"] as const) {
      child[name]?.on("data", (chunk: Buffer) => {
        output += chunk.toString();
        if (options.output === "both") process[name].write(chunk);
      });
    }
    child.on("error", (error) => resolve({ ok: false, output: `${output}${file}: ${error.message}\n` }));
    child.on("close", (code) => resolve({ ok: code === 0, output }));
  });
}
