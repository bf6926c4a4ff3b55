import { UsageError } from "../usage-error.ts";

// The values of Python's click, so that an operator's scripts for `hivemind-core` go on working.
// Source: https://click.palletsprojects.com/en/stable/parameters/#parameter-types (BOOL)
const BOOLEANS = new Map([
  ...["true", "1", "yes", "on", "t", "y"].map((word) => [word, true] as const),
  ...["false", "0", "no", "off", "f", "n"].map((word) => [word, false] as const),
]);

/** Does not repeat the text: the value of another option, put here by mistake, can be a secret. */
export function parseBoolean(text: string): boolean {
  const value = BOOLEANS.get(text.trim().toLowerCase());
  if (value === undefined) throw new UsageError(`--admin takes one of ${[...BOOLEANS.keys()].join(", ")}`);
  return value;
}
