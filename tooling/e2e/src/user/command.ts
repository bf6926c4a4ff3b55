import { spawn } from "node:child_process";

export interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Place {
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
}

/** Runs a command to its end, whatever that is. */
export function attempt(
  command: readonly [string, ...string[]],
  { cwd, env }: Place,
  input = "",
): Promise<Outcome> {
  const [file, ...args] = command;
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, { cwd, env, stdio: ["pipe", "pipe", "pipe"] });
    let stdout = "";
    let stderr = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
    child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
    child.on("error", reject);
    child.on("close", (code, signal) => {
      if (code === null) reject(new Error(`${command.join(" ")} was ended by ${signal}`));
      else resolve({ code, stdout, stderr });
    });
    // A command that does not read its input may end before it is written.
    child.stdin.on("error", () => undefined).end(input);
  });
}

/** Runs a command that must succeed. */
export async function run(
  command: readonly [string, ...string[]],
  place: Place,
  input?: string,
): Promise<Outcome> {
  const outcome = await attempt(command, place, input);
  if (outcome.code === 0) return outcome;
  const { code, stdout, stderr } = outcome;
  throw new Error(`${command.join(" ")} ended with ${code} in ${place.cwd}\n${stdout}\n${stderr}`);
}
