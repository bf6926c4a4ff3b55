import { spawn } from "node:child_process";
import { createInterface } from "node:readline";

/**
 * The shell holds the other end of a pipe to us: when this process ends, killed or not, `cat` reads the end of
 * it, the folder of the server is removed, and the server killed. A stopped server (SIGSTOP) dies of SIGKILL too. The shell
 * ends with the server, and not before.
 */
const SUPERVISOR = `
folder=$1; server=$2; shift 2
exec 3<&0
"$server" "$@" < /dev/null 3<&- & pid=$!
echo "pid $pid"
{ cat <&3; rm -rf "$folder"; kill -9 $pid; } > /dev/null 2>&1 & watcher=$!
wait $pid 2> /dev/null
kill $watcher 2> /dev/null
`;

export interface Supervised {
  readonly pid: number;
  /** Every line the program prints, from its first. */
  onLine(listener: (line: string) => void): void;
  /** Kills the program, and answers when it is gone. */
  kill(): Promise<void>;
  readonly ended: Promise<void>;
}

/** Starts a program that cannot outlive this process, and neither can its folder. */
export async function supervised(
  folder: string,
  program: string,
  args: readonly string[],
): Promise<Supervised> {
  // A process group of its own: Ctrl-C in a terminal is for the tests, which then end it in order.
  const shell = spawn("sh", ["-c", SUPERVISOR, "sh", folder, program, ...args], {
    stdio: ["pipe", "pipe", "inherit"],
    detached: true,
  });
  const ended = new Promise<void>((resolve) => shell.once("close", () => resolve()));
  const listeners = new Set<(line: string) => void>();
  const kept: string[] = [];
  const pid = await new Promise<number>((resolve, reject) => {
    shell.once("error", reject);
    createInterface({ input: shell.stdout }).on("line", (line) => {
      const started = /^pid (\d+)$/.exec(line);
      if (started !== null) resolve(Number(started[1]));
      kept.push(line);
      for (const listener of listeners) listener(line);
    });
  });
  return {
    pid,
    ended,
    onLine: (listener) => {
      for (const line of kept) listener(line);
      listeners.add(listener);
    },
    kill: async () => {
      if (shell.exitCode === null && shell.signalCode === null) process.kill(pid, "SIGKILL");
      await ended;
    },
  };
}
