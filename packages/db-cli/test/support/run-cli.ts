import { spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import type { Hub } from "./hub.ts";

/** The built command, as npm links it. */
export const MAIN = fileURLToPath(new URL("../../dist/main.js", import.meta.url));

export interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly env?: NodeJS.ProcessEnv;
  /** What is piped into stdin. */
  readonly input?: string | Uint8Array;
}

/** Runs `hivemind-db` as a process of its own. */
export async function runCli(
  hub: Hub,
  args: readonly string[],
  { env, input = "" }: RunOptions = {},
): Promise<Outcome> {
  const child = spawn(process.execPath, [MAIN, ...args], { cwd: hub.home, env: { ...hub.env, ...env } });
  child.stdin.end(input);
  const closed = once(child, "close") as Promise<[number | null]>;
  const [stdout, stderr, [code]] = await Promise.all([text(child.stdout), text(child.stderr), closed]);
  return { code, stdout, stderr };
}

/** A run that must end well; its stdout as JSON. */
export async function runJson<T>(hub: Hub, args: readonly string[], options?: RunOptions): Promise<T> {
  const { code, stdout, stderr } = await runCli(hub, [...args, "--json"], options);
  if (code !== 0) throw new Error(`exit code ${code}: ${stderr}`);
  return JSON.parse(stdout) as T;
}

/** The one line that an error leaves on stderr with `--json`. */
export function errorOf({ stderr }: Outcome): { code: string; message: string; clientIds: number[] } {
  return (JSON.parse(stderr) as { error: { code: string; message: string; clientIds: number[] } }).error;
}
