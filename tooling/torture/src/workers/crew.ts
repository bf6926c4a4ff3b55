/** Worker processes on one store, and the history that their journals tell. */
import { fork, spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Violation } from "../trial.ts";
import { readJournal } from "../history/journal.ts";
import type { Operation } from "../history/operation.ts";
import type { Task } from "./task.ts";

const PROGRAM = fileURLToPath(new URL("act.process.ts", import.meta.url));
/** Node before 22.18 strips types only when asked. */
const TYPESCRIPT = ["--experimental-strip-types", "--disable-warning=ExperimentalWarning"];

export class Crew implements Disposable {
  readonly #folder = mkdtempSync(join(tmpdir(), "hivemind-torture-crew-"));
  readonly #journals = new Map<string, string>();
  readonly #running = new Set<ChildProcess>();

  /** `through`: a program and its arguments that run the worker, for example a tracer. */
  start(task: Omit<Task, "journal">, through: readonly string[] = []): ChildProcess {
    const journal = join(this.#folder, `${task.worker}.jsonl`);
    this.#journals.set(task.worker, journal);
    // A tracer sees what goes through system calls, and not what goes through io_uring.
    const env = { ...process.env, UV_USE_IO_URING: "0", ...task.place.env };
    const args = [JSON.stringify({ ...task, journal })];
    const [program, ...before] = through;
    const child =
      program === undefined
        ? fork(PROGRAM, args, { execArgv: TYPESCRIPT, env })
        : spawn(program, [...before, process.execPath, ...TYPESCRIPT, PROGRAM, ...args], {
            env,
            stdio: "inherit",
          });
    this.#running.add(child);
    child.once("exit", () => this.#running.delete(child));
    return child;
  }

  /** Everything that any worker did or began, in no order. */
  history(): readonly Operation[] {
    return [...this.#journals].flatMap(([worker, path]) =>
      existsSync(path) ? readJournal(path, worker) : [],
    );
  }

  journalOf(worker: string): string {
    return this.#journals.get(worker) ?? "";
  }

  [Symbol.dispose](): void {
    for (const child of this.#running) child.kill("SIGKILL");
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** Waits for the end; a worker that fails by itself has found something. */
export async function ended(child: ChildProcess, { killed }: { readonly killed: boolean }): Promise<void> {
  const [code, signal] =
    child.exitCode === null && child.signalCode === null
      ? ((await once(child, "exit")) as [number | null, NodeJS.Signals | null])
      : [child.exitCode, child.signalCode];
  if (code === 0 || (killed && (signal === "SIGKILL" || code === 137))) return;
  throw new Violation(`a worker ended with ${code ?? signal}; its error is above`);
}
