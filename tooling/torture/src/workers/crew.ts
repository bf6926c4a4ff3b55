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

/** Node before 22.18 strips types only when asked. */
const TYPESCRIPT = ["--experimental-strip-types", "--disable-warning=ExperimentalWarning"];

export interface HowToStart {
  /** The program in this folder. */
  readonly program?: "act" | "faulty-disk" | "huge" | "load";
  /** For Node. */
  readonly flags?: readonly string[];
  /** A program and its arguments that run the worker: a tracer. */
  readonly through?: readonly string[];
  /** Gives it a small file system of its own at the data folder, which it may break. */
  readonly mounts?: boolean;
}

export class Crew implements Disposable {
  readonly #folder = mkdtempSync(join(tmpdir(), "hivemind-torture-crew-"));
  readonly #journals = new Map<string, string>();
  readonly #running = new Set<ChildProcess>();

  start(
    task: Omit<Task, "journal"> & Readonly<Record<string, unknown>>,
    { program = "act", flags = [], through = [], mounts = false }: HowToStart = {},
  ): ChildProcess {
    const journal = join(this.#folder, `${task.worker}.jsonl`);
    this.#journals.set(task.worker, journal);
    const path = fileURLToPath(new URL(`${program}.process.ts`, import.meta.url));
    const args = [path, JSON.stringify({ ...task, journal }), this.resultOf(task.worker)];
    // A tracer sees what goes through system calls, and not what goes through io_uring.
    const env = { ...process.env, UV_USE_IO_URING: "0", ...task.place.env };
    const [outer, ...before] = mounts ? ownFileSystem(task.place.env["XDG_DATA_HOME"] ?? "") : through;
    const node = [...TYPESCRIPT, ...flags, ...args];
    const child =
      outer === undefined
        ? fork(path, args.slice(1), { execArgv: [...TYPESCRIPT, ...flags], env })
        : spawn(outer, [...before, process.execPath, ...node], { env, stdio: "inherit" });
    this.#running.add(child);
    child.once("exit", () => this.#running.delete(child));
    return child;
  }

  /** Everything that any worker, or this one, did or began, in no order. */
  history(only?: string): readonly Operation[] {
    return [...this.#journals].flatMap(([worker, path]) =>
      (only ?? worker) === worker && existsSync(path) ? readJournal(path, worker) : [],
    );
  }

  /** The file in which a worker may leave what it found at the end. */
  resultOf(worker: string): string {
    return join(this.#folder, `${worker}.json`);
  }

  journalOf(worker: string): string {
    return this.#journals.get(worker) ?? "";
  }

  [Symbol.dispose](): void {
    for (const child of this.#running) child.kill("SIGKILL");
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** Nobody else sees it, and it is gone with the worker. Root needs no user namespace for that. */
function ownFileSystem(folder: string): readonly string[] {
  const flags = process.geteuid?.() === 0 ? "-m" : "-rm";
  // Root is asked as everybody else is whether it may read and write a file.
  const script =
    'mount -t tmpfs -o size=4m,mode=0700 none "$0" && ' +
    'exec setpriv --inh-caps=-dac_override,-dac_read_search --bounding-set=-dac_override,-dac_read_search "$@"';
  return ["unshare", flags, "sh", "-euc", script, folder];
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
