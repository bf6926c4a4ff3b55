/** One run: its arguments, its streams, its exit code. */
import { commandWord } from "./command-word.ts";
import { loadCommands } from "./commands/all-commands.ts";
import { EXIT } from "./exit-codes.ts";
import type { ExitCode } from "./exit-codes.ts";
import { failureOf } from "./failure.ts";
import type { Io } from "./io.ts";
import { Output } from "./output/output.ts";
import { PipeClosed } from "./output/stdout-errors.ts";
import { createProgram } from "./program.ts";

export async function run(args: readonly string[], io: Io): Promise<ExitCode> {
  // Each write to stdout reports its own failure. Of stderr there is nobody left to tell.
  for (const stream of [io.stdout, io.stderr]) stream.on("error", () => undefined);
  let exitCode: ExitCode = EXIT.ok;
  try {
    const commands = await loadCommands(commandWord(args));
    await createProgram(commands, io, (code) => (exitCode = code)).parseAsync(args, { from: "user" });
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
