/** The first reading: everything is looked at, and nothing is written. */
import { DbError, migrationReport } from "@hivemind/db-core/backend";
import type { Backend, ClientId, ErrorCode } from "@hivemind/db-core/backend";
import { decide } from "./decision.ts";
import type { Decision } from "./decision.ts";
import { actionOf } from "./policy.ts";
import type { Action } from "./policy.ts";
import { newReport } from "./report.ts";
import type { Report } from "./report.ts";
import { SeenValues } from "./seen-values.ts";
import type { Candidate, Source } from "./source.ts";
import { planState } from "./state-transfer.ts";
import type { Target, TransferOptions, Watcher } from "./transfer.ts";

/** More than anybody reads. */
const SHOWN = 20;

export interface Plan {
  readonly report: Report;
  /** Records that are in the target already, in whatever way. */
  readonly met: number;
  /** Nothing was in the target: while it is filled nothing has to be looked up in it. */
  readonly isEmpty: boolean;
}

/** Throws, with all that stands in the way, where the transfer cannot be done as asked. */
export async function plan(
  source: Source,
  { backend, secrets }: Target,
  options: TransferOptions,
  { progress, interrupt }: Watcher,
): Promise<Plan> {
  const report = newReport();
  const objections = new Objections();
  const seen = new SeenValues();
  const isEmpty = await holdsNothing(backend);
  const arrival = await secrets.look();
  let met = 0;
  progress.begin("Reading");
  for await (const page of source.pages()) {
    interrupt.check();
    const candidates: Candidate[] = [];
    for (const entry of page) {
      if (entry.unreadable === undefined) candidates.push(entry);
      else if (options.skipUnreadable) report.unreadable.push(entry.place);
      else objections.add(entry.code ?? source.onUnreadable.code, `${entry.place}: ${entry.unreadable}`);
    }
    for (const candidate of candidates) {
      const twin = seen.add(candidate);
      if (twin !== undefined) objections.add("duplicate-key", `${candidate.place}: ${twin}`, candidate.id);
    }
    noteUpgrade(report, source, candidates);
    const decisions = isEmpty ? candidates.map(() => ADD) : await decide(backend, candidates, arrival);
    for (const [i, decision] of decisions.entries()) {
      const action = actionOf(decision, options.onConflict);
      if (decision.kind !== "add") met += 1;
      if (action !== "stop") report.clients[COUNTED[action]] += 1;
      else if (decision.kind === "conflict")
        objections.add("duplicate-key", `${candidates[i]?.place} ${decision.reason}`, ...decision.clientIds);
    }
    progress.add(page.length);
  }
  for (const { code, message } of await planState(source, backend, arrival, options, report.state))
    objections.add(code, message);
  progress.end();
  objections.raise(source, options);
  return { report, met, isEmpty };
}

const ADD: Decision = { kind: "add" };

const COUNTED = {
  add: "added",
  same: "unchanged",
  touch: "touched",
  replace: "replaced",
  skip: "skipped",
} as const satisfies Record<Exclude<Action, "stop">, keyof Report["clients"]>;

async function holdsNothing(store: Backend): Promise<boolean> {
  for await (const page of store.list()) if (page.length > 0) return false;
  return true;
}

function noteUpgrade(report: Report, { schema }: Source, candidates: readonly Candidate[]): void {
  if (schema !== 1) return;
  const records = candidates.flatMap(({ stored }) => stored ?? []);
  const { droppedMessageBlacklist, emptyAllowedTypes } = migrationReport(
    records.map((record) => ({ id: record.client_id, record })),
    undefined,
  );
  report.droppedMessageBlacklist.push(...droppedMessageBlacklist);
  report.emptyAllowedTypes.push(...emptyAllowedTypes);
}

const ADVICE_ON_KEYS =
  'Give the seal key in database.seal of the config: the one of this store in "key", others in "previous"';
const ON_KEYS: ReadonlyMap<ErrorCode, string> = new Map([
  ["no-key", ADVICE_ON_KEYS],
  ["wrong-key", ADVICE_ON_KEYS],
]);

/** All of them are told at once: whoever mends them one by one starts a long command over and over. */
class Objections {
  readonly #lines: string[] = [];
  readonly #clientIds = new Set<ClientId>();
  #code: ErrorCode | undefined;
  #count = 0;

  add(code: ErrorCode, line: string, ...clientIds: readonly (ClientId | undefined)[]): void {
    this.#code ??= code;
    this.#count += 1;
    if (this.#lines.length < SHOWN) this.#lines.push(line);
    for (const id of clientIds) if (id !== undefined && this.#clientIds.size < SHOWN) this.#clientIds.add(id);
  }

  raise({ onUnreadable }: Source, { adviceOnConflict }: TransferOptions): void {
    if (this.#code === undefined) return;
    const more = this.#count > SHOWN ? [`and ${this.#count - SHOWN} more`] : [];
    const advice =
      this.#code === "duplicate-key" ? adviceOnConflict : (ON_KEYS.get(this.#code) ?? onUnreadable.advice);
    const text = ["nothing was written:", ...this.#lines, ...more, advice].join("\n");
    throw new DbError(this.#code, text, { clientIds: [...this.#clientIds].toSorted((a, b) => a - b) });
  }
}
