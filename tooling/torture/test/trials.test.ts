/** Every trial, once: the short form of `npm run proof`. */
import { expect, test } from "vitest";
import { seeded } from "../src/random.ts";
import { seedOf } from "../src/run-trials.ts";
import { TRIALS } from "../src/trials.ts";

const SEED = 1;
/** Real processes on two cores that others use too; what hangs still fails. */
const TIMEOUT = { timeout: 60_000 };

test.each(TRIALS.map((trial) => ({ title: `${trial.name} on ${trial.subject}: ${trial.proves}`, trial })))(
  "$title",
  TIMEOUT,
  async ({ trial }) => {
    const { tried } = await trial.run({ random: seeded(seedOf(trial, SEED)), more: () => false });

    expect(Object.values(tried).some((count) => Number(count) > 0)).toBe(true);
  },
);
