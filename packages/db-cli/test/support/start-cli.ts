import { spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import type { Hub } from "./hub.ts";
import { MAIN } from "./run-cli.ts";

/** Runs `hivemind-db` and sends it this signal after so long, if it has not ended by then. Answers how it ended. */
export async function runAndSignal(
  hub: Hub,
  args: readonly string[],
  signal: NodeJS.Signals,
  afterMs: number,
): Promise<{ readonly code: number | null; readonly signal: NodeJS.Signals | null }> {
  const child = spawn(process.execPath, [MAIN, ...args], { cwd: hub.home, env: hub.env, stdio: "ignore" });
  const exited = once(child, "exit") as Promise<[number | null, NodeJS.Signals | null]>;
  await Promise.race([exited, delay(afterMs)]);
  child.kill(signal);
  const [code, endedBy] = await exited;
  return { code, signal: endedBy };
}

/**
 * The same, but the time runs from the moment when it has shown this text on stderr: amid what takes long, however
 * fast the machine is.
 */
export async function runAndSignalAmid(
  hub: Hub,
  args: readonly string[],
  signal: NodeJS.Signals,
  { text, afterMs }: { readonly text: string; readonly afterMs: number },
): Promise<void> {
  const child = spawn(process.execPath, [MAIN, ...args], {
    cwd: hub.home,
    env: hub.env,
    stdio: ["ignore", "ignore", "pipe"],
  });
  const exited = once(child, "exit");
  const shown = new Promise<void>((resolve) => {
    let stderr = "";
    child.stderr.on("data", (data: Buffer) => {
      stderr += data.toString();
      if (stderr.includes(text)) resolve();
    });
  });
  await Promise.race([exited, shown]);
  await Promise.race([exited, delay(afterMs)]);
  child.kill(signal);
  await exited;
}
