import type { InstalledPlugin } from "@hivemind/db-core";
import type { Invocation } from "../commands/definition.ts";
import { escapeText } from "../output/escape.ts";
import { canAsk, select } from "../prompts/terminal.ts";
import { UsageError } from "../usage-error.ts";
import { backendChoices, backendNamed } from "./backends.ts";
import type { BackendChoice } from "./backends.ts";

export async function chooseBackend(
  given: string | undefined,
  { session, io, output }: Pick<Invocation, "session" | "io" | "output">,
): Promise<BackendChoice> {
  const installed = await session.plugins();
  const choices = backendChoices(installed);
  if (given !== undefined) return backendNamed(given, choices);
  if (!canAsk(io, output)) {
    throw new UsageError(
      `which backend? Say so with --backend, one of ${choices.map(({ name }) => name).join(", ")}`,
    );
  }
  const options = choices.map(({ name, packageName, summary }) => ({
    value: name,
    label: escapeText(`${name}: ${summary} (${stateOf(packageName, installed)})`),
  }));
  return backendNamed(await select(io, "Which backend keeps the clients?", options), choices);
}

function stateOf(packageName: string, installed: readonly InstalledPlugin[]): string {
  const found = installed.find(({ name }) => name === packageName);
  if (found === undefined) return "not installed";
  return found.problem === undefined ? `installed, ${found.version}` : "installed, cannot be used";
}
