import { spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import type { Hub } from "./hub.ts";
import { MAIN } from "./run-cli.ts";

/**
 * Runs `hivemind-db` and sends it this signal after so long, or once this has happened, if it has not ended by then.
 * Answers how it ended.
 */
export async function runAndSignal(
  hub: Hub,
  args: readonly string[],
  signal: NodeJS.Signals,
  when: number | ((isOver: () => boolean) => Promise<void>),
): Promise<{ readonly code: number | null; readonly signal: NodeJS.Signals | null }> {
  const child = spawn(process.execPath, [MAIN, ...args], { cwd: hub.home, env: hub.env, stdio: "ignore" });
  const exited = once(child, "exit") as Promise<[number | null, NodeJS.Signals | null]>;
  const isOver = (): boolean => child.exitCode !== null || child.signalCode !== null;
  await Promise.race([exited, typeof when === "number" ? delay(when) : when(isOver)]);
  child.kill(signal);
  const [code, endedBy] = await exited;
  return { code, signal: endedBy };
}
