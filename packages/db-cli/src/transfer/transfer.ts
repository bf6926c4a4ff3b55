/** Clients from a source into a store: read and planned, written, compared. Repeating it completes it. */
import { DbError } from "@hivemind/db-core/backend";
import type { Backend } from "@hivemind/db-core/backend";
import type { Progress } from "../output/progress.ts";
import { compare } from "./compare.ts";
import type { Interrupt } from "./interrupt.ts";
import { plan } from "./plan.ts";
import type { Plan } from "./plan.ts";
import type { ConflictPolicy } from "./policy.ts";
import type { Report } from "./report.ts";
import type { Source } from "./source.ts";
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

/** Who looks on. */
export interface Watcher {
  readonly progress: Progress;
  readonly interrupt: Interrupt;
}

export async function transfer(
  source: Source,
  target: Backend,
  options: TransferOptions,
  watcher: Watcher,
): Promise<Report> {
  const planned = await plan(source, target, options, watcher);
  if (options.intoEmpty === true) await refuseOthers(target, planned);
  if (options.dryRun === true) return planned.report;
  await write(source, target, planned, options, watcher);
  await compare(source, target, planned, options, watcher);
  return planned.report;
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
