/** Any error as what the user sees of it: one code, one message, one exit code. */
import { CommanderError } from "commander";
import { isDbError } from "@hivemind/db-core";
import { EXIT, exitCodeOf } from "./exit-codes.ts";
import type { ExitCode } from "./exit-codes.ts";
import { OutputFailed } from "./output/stdout-errors.ts";
import { UsageError } from "./usage-error.ts";

export interface Failure {
  /** A code of `DbError`, or `usage`, `output`, `internal`. */
  readonly code: string;
  readonly message: string;
  readonly clientIds: readonly number[];
  readonly exitCode: ExitCode;
}

/** `undefined` for what commander throws to end a run in which nothing went wrong: `--help`, `--version`. */
export function failureOf(error: unknown): Failure | undefined {
  if (isDbError(error)) {
    const { code, message, clientIds } = error;
    return { code, message, clientIds, exitCode: exitCodeOf(code) };
  }
  if (error instanceof UsageError) return usage(error.message);
  if (error instanceof CommanderError) {
    return error.exitCode === 0 ? undefined : usage(withoutValues(error));
  }
  if (error instanceof OutputFailed) {
    return { code: "output", message: error.message, clientIds: [], exitCode: EXIT.internal };
  }
  // The stack names functions and places, no values.
  const message = `internal error, please report it: ${error instanceof Error ? error.stack : String(error)}`;
  return { code: "internal", message, clientIds: [], exitCode: EXIT.internal };
}

function usage(message: string): Failure {
  return { code: "usage", message, clientIds: [], exitCode: EXIT.usage };
}

/**
 * Commander repeats an unknown option as it was typed, and `--pasword=hunter2` and `-phunter2` hold a secret.
 * (It repeats arguments that are too many as well: `program.ts` counts them itself.)
 */
function withoutValues({ code, message }: CommanderError): string {
  if (code === "commander.help") return "which command? See `hivemind-db --help`";
  const text = message.replace(/^error: /, "");
  if (code !== "commander.unknownOption") return text;
  const option = /^unknown option '(--[^=\s']*|-[^-])/.exec(text)?.[1] ?? "";
  const suggestion = /\n\(Did you mean [^\n]*\)$/.exec(text)?.[0] ?? "";
  return `unknown option '${option}'${suggestion}`;
}
