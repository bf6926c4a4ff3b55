import type { Command } from "commander";
import type { ExitCode } from "../exit-codes.ts";
import type { Io } from "../io.ts";
import type { Output } from "../output/output.ts";
import type { Session } from "../session.ts";

/** One command: everything about it is in its file, and `program.ts` does what is common to all. */
export interface CommandDefinition {
  readonly name: string;
  /** One line, for the list of commands. */
  readonly summary: string;
  /** What its help says beyond that. */
  readonly details?: string;
  /** Complete command lines, for its help. */
  readonly examples: readonly string[];
  /** Declares arguments and options. `--config` and `--json` are there already. */
  setUp?(command: Command): void;
  run(invocation: Invocation): Promise<ExitCode>;
}

/** One run of a command. */
export interface Invocation {
  readonly args: readonly string[];
  /** As `setUp` declared them. */
  readonly options: object;
  readonly session: Session;
  readonly output: Output;
  readonly io: Io;
}
