/** The second reading: what is planned is written. */
import type { Arrival, ClientId, RecordDraft } from "@hivemind/db-core/backend";
import { BatchWriter } from "./batch-writer.ts";
import type { Insert } from "./batch-writer.ts";
import { decide, replacement } from "./decision.ts";
import type { Decision } from "./decision.ts";
import type { Plan } from "./plan.ts";
import { actionOf } from "./policy.ts";
import { totalOf } from "./report.ts";
import type { Candidate, Source } from "./source.ts";
import { writeState } from "./state-transfer.ts";
import type { Target, TransferOptions, Watcher } from "./transfer.ts";

export async function write(
  source: Source,
  { backend, secrets }: Target,
  planned: Plan,
  { onConflict }: TransferOptions,
  { progress, interrupt }: Watcher,
): Promise<void> {
  // First: it says which certificates were taken away, and no client of theirs shall be here without that.
  await writeState(source, { backend, secrets }, onConflict);
  const insert: Insert<Candidate> = (batch, token) =>
    secrets.write((arrival) =>
      backend.insert(
        batch.map((candidate) => draftOf(candidate, arrival)),
        token,
      ),
    );
  const writer = new BatchWriter(insert, (count) => progress.add(count));
  progress.begin("Writing", totalOf(planned.report.clients));
  try {
    for await (const page of source.pages()) {
      interrupt.check();
      const candidates = page.filter((entry) => entry.unreadable === undefined);
      const decisions = planned.isEmpty ? undefined : await decide(backend, candidates, await secrets.look());
      const seen = new Map<ClientId, number>();
      const replacements: (() => Promise<unknown>)[] = [];
      let settled = 0;
      for (const [i, candidate] of candidates.entries()) {
        const decision: Decision = decisions?.[i] ?? { kind: "add" };
        const action = actionOf(decision, onConflict);
        if (action === "add") await writer.add(candidate);
        else settled += 1;
        if (decision.kind === "touch") seen.set(decision.id, decision.seconds);
        if (action !== "replace" || decision.kind !== "conflict" || decision.replace === undefined) continue;
        const { replace } = decision;
        replacements.push(() =>
          secrets.write((arrival) => backend.update(replace, (now) => replacement(candidate, now, arrival))),
        );
      }
      await allOf(replacements);
      if (seen.size > 0) await backend.touch(seen);
      progress.add(settled);
    }
    await writer.finish();
  } finally {
    await writer.settle();
  }
  progress.end();
}

/** Called at once, they share a commit. Throws what the first has met, when none is under way any more. */
async function allOf(calls: readonly (() => Promise<unknown>)[]): Promise<void> {
  const outcomes = await Promise.allSettled(calls.map((call) => call()));
  for (const outcome of outcomes) if (outcome.status === "rejected") throw outcome.reason;
}

function draftOf(candidate: Candidate, arrival: Arrival): RecordDraft {
  const make = (id: ClientId) => arrival.record(candidate.create(id));
  return candidate.id === undefined ? { make } : { id: candidate.id, make };
}
