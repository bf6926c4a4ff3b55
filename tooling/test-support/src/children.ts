/** Real processes for what happens between processes. */
import { fork, spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";
import type { Outcome } from "./add-until-it-fails.ts";

/** Node before 22.18 strips types only when asked; the warning about it says nothing to these tests. */
export const TYPESCRIPT = ["--experimental-strip-types", "--disable-warning=ExperimentalWarning"];

export async function exited(child: ChildProcess): Promise<number | NodeJS.Signals> {
  if (child.exitCode !== null) return child.exitCode;
  if (child.signalCode !== null) return child.signalCode;
  const [code, signal] = (await once(child, "exit")) as [number | null, NodeJS.Signals | null];
  return code ?? signal ?? -1;
}

/** Starts the programs `<name>.process.ts` of one package's tests, each on a data folder. */
export class Children {
  /** The folder of the programs. */
  readonly #programs: URL;

  constructor(programs: URL) {
    this.#programs = programs;
  }

  path(name: string): string {
    return fileURLToPath(new URL(`${name}.process.ts`, this.#programs));
  }

  /** A child that sends messages. It is killed with the test at the latest. */
  fork(
    name: string,
    dataHome: string,
    { silent = false }: { readonly silent?: boolean } = {},
    ...args: readonly string[]
  ): ChildProcess {
    const env = { ...process.env, XDG_DATA_HOME: dataHome };
    const child = fork(this.path(name), [...args], { execArgv: TYPESCRIPT, env, silent });
    onTestFinished(() => void child.kill("SIGKILL"));
    return child;
  }

  /** Runs a shell script in a mount namespace of its own, so that it can mount what it likes; its stdout. */
  async inMountNamespace(script: string, env: Record<string, string>): Promise<string> {
    const flags = process.geteuid?.() === 0 ? ["-m"] : ["-rm"];
    const child = spawn("unshare", [...flags, "sh", "-euc", script], {
      env: {
        ...process.env,
        ...env,
        NODE: `${process.execPath} ${TYPESCRIPT.join(" ")}`,
        PROCESSES: fileURLToPath(this.#programs),
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

  /** Adds clients as another user, if we can become one: `try-add.process.ts`. */
  async tryAdd(dataHome: string, count: number, user: number): Promise<Outcome> {
    const asUser = process.geteuid?.() === 0 ? [String(user)] : [];
    const child = this.fork("try-add", dataHome, { silent: true }, String(count), ...asUser);
    let output = "";
    child.stdout?.on("data", (data: Buffer) => (output += data.toString()));
    await exited(child);
    return JSON.parse(output) as Outcome;
  }
}
