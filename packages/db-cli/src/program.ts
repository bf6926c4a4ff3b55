/** The command line: commander's program around the commands, and what is common to all of them. */
import { readFileSync } from "node:fs";
import { Command } from "commander";
import type { CommandDefinition } from "./commands/definition.ts";
import type { ExitCode } from "./exit-codes.ts";
import type { Io } from "./io.ts";
import { Output } from "./output/output.ts";
import { Session } from "./session.ts";
import { UsageError } from "./usage-error.ts";

interface CommonOptions {
  readonly config?: string;
  readonly json?: true;
}

const AFTER_HELP = `
Exit codes:
  0  done
  1  internal error, or the output cannot be written
  2  wrong usage or value
  3  no such client
  4  the store cannot be used now
  5  the store cannot be understood
  6  the backend's package cannot be used
  7  the answer is no: access denied (check-access), something is wrong (doctor)

Example:
  $ hivemind-db list-clients --config /etc/hivemind-core/server.json`;

/** `finish` gets the exit code of the command that ran. It throws what the command throws, and CommanderError. */
export function createProgram(
  commands: readonly CommandDefinition[],
  io: Io,
  finish: (code: ExitCode) => void,
): Command {
  const program = withCommonOptions(new Command("hivemind-db"))
    .description("The clients of a HiveMind node: who may connect, with which credentials and permissions.")
    .version(version(), "--version", "print the version")
    .addHelpText("after", AFTER_HELP)
    // An option after the command's name is the command's, also where its value looks like an option of ours.
    .enablePositionalOptions()
    .exitOverride()
    // main.ts writes errors, once and in one form.
    .configureOutput({
      writeOut: (text) => io.stdout.write(text),
      writeErr: () => undefined,
    });
  for (const definition of commands) register(program, definition, io, finish);
  return program;
}

function register(
  program: Command,
  definition: CommandDefinition,
  io: Io,
  finish: (code: ExitCode) => void,
): void {
  const { name, summary, details, examples } = definition;
  const words = name.split(" ");
  const command = parentOf(program, words)
    .command(words.at(-1) ?? name)
    .summary(summary)
    .description(`${sentence(summary)}${details === undefined ? "" : `\n\n${details}`}`)
    // Counted below instead: commander's error repeats the arguments, and one of them can be a secret.
    .allowExcessArguments()
    .addHelpText("after", `\nExamples:\n${examples.map((example) => `  $ ${example}`).join("\n")}`)
    .action(async () => {
      if (command.args.length > command.registeredArguments.length) {
        throw new UsageError(`too many arguments for ${name}: see \`hivemind-db ${name} --help\``);
      }
      const { config, json }: CommonOptions = { ...program.opts(), ...command.opts() };
      const output = new Output(io, json === true);
      const session = new Session(config, {
        onNotice: output.notice,
        onNewStore: (location) => output.remark("new-store", `Made a new store at ${location}`),
      });
      finish(await definition.run({ args: command.args, options: command.opts(), session, output, io }));
    });
  definition.setUp?.(command);
  withCommonOptions(command);
}

/** A command of two words belongs to that of its first word, which only lists them. */
function parentOf(program: Command, words: readonly string[]): Command {
  const [group = ""] = words;
  if (words.length === 1) return program;
  return (
    program.commands.find((command) => command.name() === group) ??
    program.command(group).summary(`commands: see hivemind-db ${group} --help`).exitOverride()
  );
}

/** Accepted before and after the name of the command. */
function withCommonOptions(command: Command): Command {
  return command
    .option("--config <file>", "the node's server.json (default: that of the hub on this machine)")
    .option("--json", "for scripts: data as JSON on stdout, notices and errors as JSON lines on stderr");
}

function sentence(summary: string): string {
  return `${summary.charAt(0).toUpperCase()}${summary.slice(1)}.`;
}

function version(): string {
  const manifest: { version: string } = JSON.parse(
    readFileSync(new URL("../package.json", import.meta.url), "utf8"),
  );
  return manifest.version;
}
