/** One thing that is tried on one backend, again and again with other choices, as long as there is time. */
import type { Random } from "./random.ts";

export interface Trial {
  /** "crash", "races": what is done to the store. */
  readonly name: string;
  /** The backend that it is done to. */
  readonly subject: string;
  /** What must never happen, in one clause: what the result says of a trial that found nothing. */
  readonly proves: string;
  /** Throws a {@link Violation} where a promise was broken. */
  run(budget: Budget): Promise<Report>;
}

export interface Report {
  /** What was tried, how often. */
  readonly tried: Tally;
  /** What was measured on the way. */
  readonly figures?: Tally;
}

export interface Budget {
  readonly random: Random;
  /** Is there time for another round? At least one is always run: a trial that tried nothing proves nothing. */
  more(roundsDone: number): boolean;
  /** The time that there is, for a trial that is one long round. Absent: be short. */
  readonly seconds?: number;
}

/** In numbers: `{ rounds: 12, killed: 36 }`. */
export type Tally = Readonly<Record<string, number | string>>;

/** A promise that was broken. */
export class Violation extends Error {
  override readonly name = "Violation";
}

export function promise(holds: boolean, broken: () => string): asserts holds {
  if (!holds) throw new Violation(broken());
}
