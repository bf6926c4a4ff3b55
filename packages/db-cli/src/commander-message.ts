/** What commander has against a command line, without the values on it: any of them can be a secret. */
import type { CommanderError } from "commander";
import { commandWord } from "./command-word.ts";

const HELP = ": see `hivemind-db --help`";

/**
 * Commander repeats an unknown option as it was typed, and `--pasword=hunter2` and `-phunter2` hold a secret; a
 * password without its option is an unknown command. (It repeats values that cannot be parsed and arguments that
 * are too many as well: our parsers throw their own errors, and `program.ts` counts arguments itself.)
 */
export function commanderMessage({ code, message }: CommanderError, args: readonly string[]): string {
  if (code === "commander.help") {
    const group = commandWord(args) === "policy" ? " policy" : "";
    return `which command? See \`hivemind-db${group} --help\``;
  }
  const text = message.replace(/^error: /, "");
  const suggestion = /\n\(Did you mean [^\n]*\)$/.exec(text)?.[0] ?? "";
  if (code === "commander.unknownOption") {
    const option = /^unknown option '(--[A-Za-z-]{1,30}(?=[='])|-[A-Za-z])/.exec(text)?.[1];
    return `unknown option${quoted(option)}${suggestion === "" ? HELP : suggestion}`;
  }
  if (code === "commander.unknownCommand") {
    const command = /^unknown command '([A-Za-z-]{1,30})'(?:\n|$)/.exec(text)?.[1];
    // What follows anything but options of ours is no command, but can be a value of that.
    const shown = command === commandWord(args) ? command : undefined;
    return `unknown command${quoted(shown)}${suggestion === "" ? HELP : suggestion}`;
  }
  return text;
}

function quoted(word: string | undefined): string {
  return word === undefined ? "" : ` '${word}'`;
}
