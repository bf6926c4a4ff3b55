/** The third reading: is everything in the target, field by field? */
import { DbError } from "@hivemind/db-core/backend";
import type { ClientId } from "@hivemind/db-core/backend";
import { decide } from "./decision.ts";
import type { Decision } from "./decision.ts";
import type { Plan } from "./plan.ts";
import { actionOf } from "./policy.ts";
import { totalOf } from "./report.ts";
import type { Source } from "./source.ts";
import { compareState } from "./state-transfer.ts";
import type { Target, TransferOptions, Watcher } from "./transfer.ts";

const SHOWN = 10;

/** Throws `unconfirmed`, with names and no values, where anything is not as it should be. */
export async function compare(
  source: Source,
  { backend, secrets }: Target,
  planned: Plan,
  { onConflict }: TransferOptions,
  { progress, interrupt }: Watcher,
): Promise<void> {
  const arrival = await secrets.look();
  const differing: string[] = [];
  const clientIds: ClientId[] = [];
  let compared = 0;
  progress.begin("Comparing", totalOf(planned.report.clients));
  for await (const page of source.pages()) {
    interrupt.check();
    const candidates = page.filter((entry) => entry.unreadable === undefined);
    for (const [i, decision] of (await decide(backend, candidates, arrival)).entries()) {
      const action = actionOf(decision, onConflict);
      if (action === "same" || action === "skip") continue;
      const candidate = candidates[i];
      differing.push(`${candidate?.place} ${reasonOf(decision)}`);
      if (candidate?.id !== undefined) clientIds.push(candidate.id);
    }
    compared += candidates.length;
    progress.add(candidates.length);
  }
  differing.push(
    ...(await compareState(source, backend, arrival, onConflict)).map((name) => `${name} differs`),
  );
  progress.end();
  const expected = totalOf(planned.report.clients);
  if (compared !== expected) differing.push(`there were ${expected} clients at first, and ${compared} now`);
  if (differing.length === 0) return;
  const shown = differing.slice(0, SHOWN);
  if (differing.length > SHOWN) shown.push(`and ${differing.length - SHOWN} more`);
  throw new DbError(
    "unconfirmed",
    [
      "not everything is as it was read at first; something else has written meanwhile:",
      ...shown,
      "Stop what writes to either store, and run the command again: it completes what is missing",
    ].join("\n"),
    { clientIds: clientIds.slice(0, SHOWN) },
  );
}

function reasonOf(decision: Decision): string {
  if (decision.kind === "conflict") return decision.reason;
  return decision.kind === "add" ? "is missing" : "was seen later";
}
