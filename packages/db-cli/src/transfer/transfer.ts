/** Clients from a source into a store: read and planned, written, compared. Repeating it completes it. */
import { ArrivingSecrets, DbError, storeKeyIn } from "@hivemind/db-core/backend";
import type { Progress } from "../output/progress.ts";
import type { Arrival, Backend } from "@hivemind/db-core/backend";
import { compare } from "./compare.ts";
import type { Interrupt } from "./interrupt.ts";
import type { Store } from "./open-store.ts";
import { plan } from "./plan.ts";
import type { Plan } from "./plan.ts";
import type { ConflictPolicy } from "./policy.ts";
import type { Report } from "./report.ts";
import type { Source, SourceEntry } from "./source.ts";
import { write } from "./write.ts";

export interface TransferOptions {
  readonly onConflict: ConflictPolicy;
  /** Go on without what cannot be read. */
  readonly skipUnreadable: boolean;
  /** Only say what would happen. */
  readonly dryRun?: boolean;
  /** The target may hold nothing but what a transfer that was cut off has left there. */
  readonly intoEmpty?: boolean;
  /** What to do about conflicts, as a sentence. */
  readonly adviceOnConflict: string;
}

/** Where everything goes. */
export interface Target {
  readonly backend: Backend;
  readonly secrets: ArrivingSecrets;
}

/** Who looks on. */
export interface Watcher {
  readonly progress: Progress;
  readonly interrupt: Interrupt;
}

export async function transfer(
  from: Source,
  { backend, seal }: Pick<Store, "backend" | "seal">,
  options: TransferOptions,
  watcher: Watcher,
): Promise<Report> {
  const secrets = new ArrivingSecrets(backend, seal, await sealedUnder(from));
  const target = { backend, secrets };
  const source = sealedSource(from, await secrets.look());
  const planned = await plan(source, target, options, watcher);
  if (options.intoEmpty === true) await refuseOthers(backend, planned);
  if (options.dryRun === true) return planned.report;
  await write(source, target, planned, options, watcher);
  await compare(source, target, planned, options, watcher);
  return planned.report;
}

/** The key of the store that the source is a copy of; `null`: it was not sealed, or is no copy of a whole store. */
async function sealedUnder(source: Source): Promise<string | null> {
  for await (const entry of source.state()) {
    const key = storeKeyIn(entry);
    if (key !== undefined) return key;
  }
  return null;
}

/** Without what the target could not keep sealed, or not open. */
function sealedSource(source: Source, arrival: Arrival): Source {
  return {
    ...source,
    pages: async function* () {
      for await (const page of source.pages()) yield page.map((entry) => ifItArrives(entry, arrival));
    },
    state: async function* () {
      // Each store names its own key.
      for await (const entry of source.state()) if (storeKeyIn(entry) === undefined) yield entry;
    },
  };
}

function ifItArrives(entry: SourceEntry, arrival: Arrival): SourceEntry {
  if (entry.unreadable !== undefined) return entry;
  const refusal = arrival.refusal(entry.create(entry.id ?? 0));
  if (refusal === undefined) return entry;
  return { place: entry.place, unreadable: refusal.message, code: refusal.code };
}

async function refuseOthers(target: Backend, { met }: Plan): Promise<void> {
  let there = 0;
  for await (const page of target.list()) there += page.length;
  if (there === met) return;
  throw new DbError(
    "duplicate-key",
    `nothing was written: ${target.info().location} holds ${there - met} clients that are not in this backup, and a backup is restored into an empty store only. Empty it or name another one in the config; to merge, see import-clients`,
  );
}
