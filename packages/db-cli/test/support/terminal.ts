/** `hivemind-db` on a terminal, which `script` of util-linux gives it. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { stripVTControlCharacters } from "node:util";
import type { Hub } from "./hub.ts";
import { MAIN } from "./run-cli.ts";

/** What is typed once the terminal shows the text. */
export interface Answer {
  readonly to: string;
  readonly type: string;
}

export interface Shown {
  readonly code: number | null;
  /** Both streams, without what moves the cursor or colours. */
  readonly text: string;
}

export const ENTER = "\r";
export const DOWN = "\u001B[B";
export const BACKSPACE = "\u007F";
export const CTRL_C = "\u0003";

/** Words without spaces and quotes, as a shell takes them. Each answer waits for what is new since the last. */
export async function onTerminal(
  hub: Hub,
  args: string,
  answers: readonly Answer[] = [],
  env: NodeJS.ProcessEnv = {},
): Promise<Shown> {
  const command = `stty cols 100 rows 40; '${process.execPath}' '${MAIN}' ${args}`;
  const child = spawn("script", ["-qec", command, "/dev/null"], {
    cwd: hub.home,
    env: { ...hub.env, ...env, TERM: "xterm-256color", SHELL: "/bin/sh" },
  });
  const waiting = [...answers];
  let text = "";
  let fresh = "";
  child.stdout.on("data", (data: Buffer) => {
    const shown = stripVTControlCharacters(data.toString());
    text += shown;
    fresh += shown;
    const [next] = waiting;
    if (next === undefined || !fresh.includes(next.to)) return;
    waiting.shift();
    fresh = "";
    child.stdin.write(next.type);
  });
  const [code] = (await once(child, "close")) as [number | null];
  return { code, text };
}
