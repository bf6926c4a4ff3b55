/** A worker's journal: a line before each call and one after it, which outlive the worker. */
import { closeSync, openSync, readFileSync, writeSync } from "node:fs";
import type { Call, Operation, Outcome } from "./operation.ts";
import { NEVER } from "./operation.ts";

interface Line {
  readonly n: number;
  readonly at: string;
  readonly call?: Call;
  readonly outcome?: Outcome;
}

export class Journal {
  readonly #file: number;
  #calls = 0;

  constructor(path: string) {
    this.#file = openSync(path, "a", 0o600);
  }

  /** Notes the call, makes it, notes what came of it. */
  async record(call: Call, make: () => Promise<Outcome>): Promise<Outcome> {
    const n = (this.#calls += 1);
    this.#write({ n, at: now(), call });
    const outcome = await make();
    this.#write({ n, at: now(), outcome });
    return outcome;
  }

  close(): void {
    closeSync(this.#file);
  }

  #write(line: Line): void {
    // One system call: what the kernel has, a kill does not take away.
    writeSync(this.#file, `${JSON.stringify(line)}\n`);
  }
}

export function readJournal(path: string, worker: string): readonly Operation[] {
  return readJournalText(readFileSync(path, "utf8"), worker);
}

export function readJournalText(text: string, worker: string): readonly Operation[] {
  const calls = new Map<number, Operation>();
  for (const line of text.split("\n").slice(0, -1)) {
    const { n, at, call, outcome } = JSON.parse(line) as Line;
    if (call !== undefined) calls.set(n, { worker, call, start: BigInt(at), end: NEVER, outcome: undefined });
    const begun = calls.get(n);
    if (begun !== undefined && outcome !== undefined) calls.set(n, { ...begun, end: BigInt(at), outcome });
  }
  return [...calls.values()];
}

const now = (): string => process.hrtime.bigint().toString();
