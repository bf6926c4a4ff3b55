/** What may come out of a call that was given nonsense: an answer, or an error of ours. */
import { isDbError } from "@hivemind/db-core";
import { promise, Violation } from "../trial.ts";

/** Longer than any case may take, on a machine that does other things too. */
const SLOW_MS = 10_000;
const PROTOTYPES = [Object.prototype, Array.prototype, String.prototype, Function.prototype] as const;
const UNTOUCHED = PROTOTYPES.map((prototype) => Reflect.ownKeys(prototype).length);

/** How many calls were answered, and how many refused: input that is all refused at the door tries nothing. */
export const counts = { answered: 0, refused: 0 };

/** `undefined` where it failed as it should. `mistakes`: a `TypeError` is the right answer too. */
export async function onlyOurs<T>(
  call: () => T | Promise<T>,
  { mistakes = false }: { readonly mistakes?: boolean } = {},
): Promise<T | undefined> {
  const start = performance.now();
  try {
    const answer = await call();
    counts.answered += 1;
    return answer;
  } catch (error) {
    if (error instanceof Violation) throw error;
    const isOurs =
      isDbError(error) ||
      (mistakes && error instanceof TypeError) ||
      // What parseJson throws, which is told with the place that the text comes from.
      (error as Error).name === "JsonSyntaxError";
    promise(isOurs, () => `an error that is not ours came out: ${String((error as Error).stack ?? error)}`);
    counts.refused += 1;
    return undefined;
  } finally {
    const ms = performance.now() - start;
    promise(ms < SLOW_MS, () => `it took ${ms.toFixed(0)} ms`);
    unpolluted();
  }
}

function unpolluted(): void {
  PROTOTYPES.forEach((prototype, i) =>
    promise(Reflect.ownKeys(prototype).length === UNTOUCHED[i], () => `a prototype was polluted`),
  );
}
