/** Any error as what the user sees of it: one code, one message, one exit code. */
import { CommanderError } from "commander";
import { isDbError } from "@hivemind/db-core";
import { commanderMessage } from "./commander-message.ts";
import { EXIT, exitCodeOf } from "./exit-codes.ts";
import type { ExitCode } from "./exit-codes.ts";
import { internalMessage } from "./internal-message.ts";
import { OutputFailed } from "./output/stdout-errors.ts";
import { UsageError } from "./usage-error.ts";

export interface Failure {
  /** A code of `DbError`, or `usage`, `output`, `internal`. */
  readonly code: string;
  readonly message: string;
  readonly clientIds: readonly number[];
  readonly exitCode: ExitCode;
}

/** What the command was called with. */
export interface Call {
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
}

/** `undefined` for what commander throws to end a run in which nothing went wrong: `--help`, `--version`. */
export function failureOf(error: unknown, { args, env }: Call): Failure | undefined {
  if (isDbError(error)) {
    const { code, message, clientIds } = error;
    return { code, message, clientIds, exitCode: exitCodeOf(code) };
  }
  if (error instanceof UsageError) return usage(error.message);
  if (error instanceof CommanderError) {
    return error.exitCode === 0 ? undefined : usage(commanderMessage(error, args));
  }
  if (error instanceof OutputFailed) {
    return { code: "output", message: error.message, clientIds: [], exitCode: EXIT.internal };
  }
  return { code: "internal", message: internalMessage(error, env), clientIds: [], exitCode: EXIT.internal };
}

function usage(message: string): Failure {
  return { code: "usage", message, clientIds: [], exitCode: EXIT.usage };
}
