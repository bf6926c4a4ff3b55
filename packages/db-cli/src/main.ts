#!/usr/bin/env node
/** The process: its arguments, its streams, its exit code. */
import { EXIT } from "./exit-codes.ts";
import type { ExitCode } from "./exit-codes.ts";
import { failureOf } from "./failure.ts";
import type { Io } from "./io.ts";
import { Output } from "./output/output.ts";
import { PipeClosed } from "./output/stdout-errors.ts";
import { createProgram } from "./program.ts";

// Everyone on the machine can read a command line, and ours can hold secrets. Setting the title overwrites it
// where Node keeps it (Linux: /proc/<pid>/cmdline and `ps`), though not before Node has started.
process.title = "hivemind-db";

// The default for SIGINT and SIGTERM is right: a write either has happened or has not, and locks end with us.
process.exitCode = await run(process.argv.slice(2), process);

async function run(args: readonly string[], io: Io): Promise<ExitCode> {
  // Each write to stdout reports its own failure. Of stderr there is nobody left to tell.
  for (const stream of [io.stdout, io.stderr]) stream.on("error", () => undefined);
  let exitCode: ExitCode = EXIT.ok;
  try {
    await createProgram(io, (code) => (exitCode = code)).parseAsync(args, { from: "user" });
    return exitCode;
  } catch (error) {
    if (error instanceof PipeClosed) return EXIT.ok;
    const failure = failureOf(error, { args, env: io.env });
    if (failure === undefined) return EXIT.ok;
    // The options may be what could not be parsed.
    new Output(io, args.includes("--json")).failure(failure);
    return failure.exitCode;
  }
}
