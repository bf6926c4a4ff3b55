/** The second reading: what is planned is written. */
import type { Backend, ClientId, RecordDraft } from "@hivemind/db-core/backend";
import { BatchWriter } from "./batch-writer.ts";
import { decide, replacement } from "./decision.ts";
import type { Decision } from "./decision.ts";
import type { Plan } from "./plan.ts";
import { actionOf } from "./policy.ts";
import { totalOf } from "./report.ts";
import type { Candidate, Source } from "./source.ts";
import { writeState } from "./state-transfer.ts";
import type { TransferOptions, Watcher } from "./transfer.ts";

export async function write(
  source: Source,
  target: Backend,
  planned: Plan,
  { onConflict }: TransferOptions,
  { progress, interrupt }: Watcher,
): Promise<void> {
  // First: it says which certificates were taken away, and no client of theirs shall be here without that.
  await writeState(source, target, onConflict);
  const writer = new BatchWriter(target, (count) => progress.add(count));
  progress.begin("Writing", totalOf(planned.report.clients));
  try {
    for await (const page of source.pages()) {
      interrupt.check();
      const candidates = page.filter((entry) => entry.unreadable === undefined);
      const decisions = planned.isEmpty ? undefined : await decide(target, candidates);
      const seen = new Map<ClientId, number>();
      const replaced: Promise<unknown>[] = [];
      let settled = 0;
      for (const [i, candidate] of candidates.entries()) {
        const decision: Decision = decisions?.[i] ?? { kind: "add" };
        const action = actionOf(decision, onConflict);
        if (action === "add") await writer.add(draftOf(candidate));
        else settled += 1;
        if (decision.kind === "touch") seen.set(decision.id, decision.seconds);
        if (action === "replace" && decision.kind === "conflict" && decision.replace !== undefined)
          // Called at once, they share a commit.
          replaced.push(target.update(decision.replace, (now) => replacement(candidate, now)));
      }
      await Promise.all(replaced);
      if (seen.size > 0) await target.touch(seen);
      progress.add(settled);
    }
    await writer.finish();
  } finally {
    await writer.settle();
  }
  progress.end();
}

function draftOf(candidate: Candidate): RecordDraft {
  const make = (id: ClientId) => candidate.create(id);
  return candidate.id === undefined ? { make } : { id: candidate.id, make };
}
