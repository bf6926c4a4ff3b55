/** Questions to the operator. They are asked on stderr, so that stdout stays data. */
import type { Io } from "../io.ts";
import type { Output } from "../output/output.ts";
import { UsageError } from "../usage-error.ts";

export interface Choice {
  readonly value: string;
  /** Safe to show: see `escapeText`. */
  readonly label: string;
  /** Shown beside the one under the cursor. */
  readonly hint?: string;
}

/** How many choices are shown at once. */
const MOST_SHOWN = 10;

/** With `--json` stderr is for programs, and nobody is asked. */
export function canAsk(
  { stdin, stderr }: Pick<Io, "stdin" | "stderr">,
  { json }: Pick<Output, "json">,
): boolean {
  return stdin.isTTY && stderr.isTTY && !json;
}

/** One of many; what is typed narrows them down. */
export async function search(io: Io, message: string, choices: readonly Choice[]): Promise<string> {
  const { autocomplete } = await library();
  return answered(
    await autocomplete({ ...streams(io), message, options: choices.map(copy), maxItems: MOST_SHOWN }),
  );
}

/** One of a few. */
export async function select(io: Io, message: string, choices: readonly Choice[]): Promise<string> {
  const prompts = await library();
  return answered(await prompts.select({ ...streams(io), message, options: choices.map(copy) }));
}

/** A line of text. Enter alone is `initial`; `wrong` says what is wrong with an answer. */
export async function ask(
  io: Io,
  message: string,
  { initial, wrong }: { readonly initial: string; readonly wrong: (answer: string) => string | undefined },
): Promise<string> {
  const { text } = await library();
  const validate = (answer: string | undefined): string | undefined => wrong(answer || initial);
  return answered(
    await text({ ...streams(io), message, placeholder: initial, defaultValue: initial, validate }),
  );
}

/** Enter alone is `initial`. */
export async function confirm(io: Io, message: string, initial = false): Promise<boolean> {
  const prompts = await library();
  return answered(await prompts.confirm({ ...streams(io), message, initialValue: initial }));
}

/** Not shown while it is typed. */
export async function askSecret(io: Io, message: string): Promise<string> {
  const { password } = await library();
  return answered(await password({ ...streams(io), message }));
}

/** Loaded only where something is asked: most runs ask nothing. */
function library() {
  return import("@clack/prompts");
}

function streams({ stdin, stderr }: Io) {
  return { input: stdin, output: stderr };
}

function copy(choice: Choice): { value: string; label: string; hint?: string } {
  return { ...choice };
}

/** A symbol stands for Ctrl-C and Escape. */
function answered<T>(answer: T): Exclude<T, symbol> {
  if (typeof answer === "symbol") throw new UsageError("nothing was changed");
  return answer as Exclude<T, symbol>;
}
