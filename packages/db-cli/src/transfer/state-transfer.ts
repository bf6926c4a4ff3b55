/** What the node itself remembers: texts under a scope and a key, which only its own node understands. */
import { isDbError, unitedRemovals } from "@hivemind/db-core/backend";
import type { Arrival, Backend, ErrorCode } from "@hivemind/db-core/backend";
import type { ConflictPolicy } from "./policy.ts";
import type { StateCounts } from "./report.ts";
import type { Source, StateEntry } from "./source.ts";
import type { Target } from "./transfer.ts";

type Action = "added" | "unchanged" | "replaced" | "skipped" | "stop";

interface StateObjection {
  readonly code: ErrorCode;
  readonly message: string;
}

/** Counts what would happen, and answers what stands in the way. */
export async function planState(
  source: Source,
  target: Backend,
  arrival: Arrival,
  { onConflict }: { readonly onConflict: ConflictPolicy },
  counts: StateCounts,
): Promise<readonly StateObjection[]> {
  const objections: StateObjection[] = [];
  for await (const entry of source.state()) {
    const refused = refusal(entry, arrival);
    if (refused !== undefined) {
      objections.push(refused);
      continue;
    }
    const now = await target.state.get(entry.scope, entry.key);
    const action = actionOf(entry, now, arrival, onConflict);
    if (action !== "stop") counts[action] += 1;
    else
      objections.push({
        code: "duplicate-key",
        message: `${nameOf(entry)} is there already, and differs`,
      });
  }
  return objections;
}

function refusal({ scope, key, text }: StateEntry, arrival: Arrival): StateObjection | undefined {
  try {
    arrival.entry(scope, key, text);
    return undefined;
  } catch (error) {
    if (isDbError(error)) return error;
    throw error;
  }
}

export async function writeState(
  source: Source,
  { backend, secrets }: Target,
  onConflict: ConflictPolicy,
): Promise<void> {
  for await (const entry of source.state()) {
    const { scope, key, text } = entry;
    const now = await backend.state.get(scope, key);
    await secrets.write(async (arrival) => {
      const action = actionOf(entry, now, arrival, onConflict);
      if (action !== "added" && action !== "replaced") return;
      const next = arrival.entry(scope, key, text);
      await backend.state.update(scope, key, (meanwhile) => {
        const united = meanwhile === undefined ? undefined : unitedRemovals(entry, meanwhile);
        return united ?? (meanwhile === now ? next : meanwhile);
      });
    });
  }
}

/** The names of the entries that are not as they should be. */
export async function compareState(
  source: Source,
  target: Backend,
  arrival: Arrival,
  onConflict: ConflictPolicy,
): Promise<readonly string[]> {
  const differing: string[] = [];
  for await (const entry of source.state()) {
    const now = await target.state.get(entry.scope, entry.key);
    const action = actionOf(entry, now, arrival, onConflict);
    if (action !== "unchanged" && action !== "skipped") differing.push(nameOf(entry));
  }
  return differing;
}

function actionOf(
  entry: StateEntry,
  now: string | undefined,
  arrival: Arrival,
  onConflict: ConflictPolicy,
): Action {
  if (now === undefined) return "added";
  const { scope, key, text } = entry;
  const united = unitedRemovals(entry, now);
  if ((united ?? arrival.settleEntry(scope, key, text, now)) === now) return "unchanged";
  // Whatever the policy: nothing of the target's is lost, and what one of both has removed stays removed.
  if (united !== undefined) return "replaced";
  return ({ fail: "stop", skip: "skipped", replace: "replaced" } as const)[onConflict];
}

/** Keys are names that a node has chosen; only what they hold is secret. */
function nameOf({ scope, key }: StateEntry): string {
  return `node state ${key} (${scope})`;
}
