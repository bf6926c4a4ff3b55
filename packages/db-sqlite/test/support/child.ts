/** Real processes for what happens between processes. */
import { fork, spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";

/** Node before 22.18 strips types only when asked; the warning about it says nothing to these tests. */
export const TYPESCRIPT = ["--experimental-strip-types", "--disable-warning=ExperimentalWarning"];

export function childPath(name: string): string {
  return fileURLToPath(new URL(`../processes/${name}.process.ts`, import.meta.url));
}

/** A child that sends messages. It is killed with the test at the latest. */
export function forkChild(
  name: string,
  dataHome: string,
  { silent = false }: { readonly silent?: boolean } = {},
  ...args: readonly string[]
): ChildProcess {
  const env = { ...process.env, XDG_DATA_HOME: dataHome };
  const child = fork(childPath(name), [...args], { execArgv: TYPESCRIPT, env, silent });
  onTestFinished(() => void child.kill("SIGKILL"));
  return child;
}

export async function exited(child: ChildProcess): Promise<number | NodeJS.Signals> {
  if (child.exitCode !== null) return child.exitCode;
  if (child.signalCode !== null) return child.signalCode;
  const [code, signal] = (await once(child, "exit")) as [number | null, NodeJS.Signals | null];
  return code ?? signal ?? -1;
}

/** Runs a shell script in a mount namespace of its own, so that it can mount what it likes; its stdout. */
export async function inMountNamespace(script: string, env: Record<string, string>): Promise<string> {
  const flags = process.geteuid?.() === 0 ? ["-m"] : ["-rm"];
  const child = spawn("unshare", [...flags, "sh", "-euc", script], {
    env: {
      ...process.env,
      ...env,
      NODE: `${process.execPath} ${TYPESCRIPT.join(" ")}`,
      PROCESSES: dirname(childPath("any")),
    },
    stdio: ["ignore", "pipe", "inherit"],
  });
  let output = "";
  child.stdout.on("data", (data: Buffer) => (output += data.toString()));
  const code = await exited(child);
  if (code !== 0)
    throw new Error(`the script ended with ${code}; it needs unshare(1) and the right to mount`);
  return output;
}

export interface Outcome {
  readonly added: number;
  readonly code?: string;
  readonly message?: string;
}

/** Adds clients as another user, if we can become one. */
export async function tryAdd(dataHome: string, count: number, user: number): Promise<Outcome> {
  const asUser = process.geteuid?.() === 0 ? [String(user)] : [];
  const child = forkChild("try-add", dataHome, { silent: true }, String(count), ...asUser);
  let output = "";
  child.stdout?.on("data", (data: Buffer) => (output += data.toString()));
  await exited(child);
  return JSON.parse(output) as Outcome;
}
