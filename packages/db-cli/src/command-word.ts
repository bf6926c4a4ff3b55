/** Which command is meant, before anything knows the commands: the first word that is no option common to all. */
export function commandWord(args: readonly string[]): string | undefined {
  return args.find((_, index) => !isCommonOption(args, index));
}

function isCommonOption(args: readonly string[], index: number): boolean {
  const argument = args[index] ?? "";
  return (
    ["--json", "--config"].includes(argument) ||
    argument.startsWith("--config=") ||
    args[index - 1] === "--config"
  );
}
