/** What the node itself remembers: texts under a scope and a key, which only its own node understands. */
import type { Backend } from "@hivemind/db-core/backend";
import type { ConflictPolicy } from "./policy.ts";
import type { StateCounts } from "./report.ts";
import type { Source, StateEntry } from "./source.ts";

type Action = "added" | "unchanged" | "replaced" | "skipped" | "stop";

/** Counts what would happen, and answers what stands in the way. */
export async function planState(
  source: Source,
  target: Backend,
  { onConflict }: { readonly onConflict: ConflictPolicy },
  counts: StateCounts,
): Promise<readonly string[]> {
  const objections: string[] = [];
  for await (const entry of source.state()) {
    const action = actionOf(entry, await target.state.get(entry.scope, entry.key), onConflict);
    if (action === "stop") objections.push(`${nameOf(entry)} is there already, and differs`);
    else counts[action] += 1;
  }
  return objections;
}

export async function writeState(source: Source, target: Backend, onConflict: ConflictPolicy): Promise<void> {
  for await (const entry of source.state()) {
    const { scope, key, text } = entry;
    const now = await target.state.get(scope, key);
    const action = actionOf(entry, now, onConflict);
    if (action === "added" || action === "replaced")
      await target.state.update(scope, key, (meanwhile) => (meanwhile === now ? text : meanwhile));
  }
}

/** The names of the entries that are not as they should be. */
export async function compareState(
  source: Source,
  target: Backend,
  onConflict: ConflictPolicy,
): Promise<readonly string[]> {
  const differing: string[] = [];
  for await (const entry of source.state()) {
    const action = actionOf(entry, await target.state.get(entry.scope, entry.key), onConflict);
    if (action !== "unchanged" && action !== "skipped") differing.push(nameOf(entry));
  }
  return differing;
}

function actionOf({ text }: StateEntry, now: string | undefined, onConflict: ConflictPolicy): Action {
  if (now === undefined) return "added";
  if (now === text) return "unchanged";
  return ({ fail: "stop", skip: "skipped", replace: "replaced" } as const)[onConflict];
}

/** Keys are names that a node has chosen; only what they hold is secret. */
function nameOf({ scope, key }: StateEntry): string {
  return `node state ${key} (${scope})`;
}
