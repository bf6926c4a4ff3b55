import { randomInt } from "node:crypto";
import { expect, test } from "vitest";
import { seeded } from "../../torture/src/random.ts";
import { addAmidFlood } from "../src/flood.ts";
import { KINDS, subject } from "../src/subject.ts";

const ROUNDS = 100;

test.for(KINDS)(
  `${ROUNDS} clients added amid a flood of wrong keys on %s`,
  { timeout: 60_000 },
  async (kind) => {
    const seed = randomInt(2 ** 31);
    await using tried = await subject(kind, undefined, { cache: { maxMisses: 100 } });

    const outcome = await addAmidFlood({ ...tried, random: seeded(seed), rounds: ROUNDS });

    expect({ seed, late: outcome.late, misjudged: outcome.misjudged }).toEqual({
      seed,
      late: [],
      misjudged: 0,
    });
    expect(outcome.wrongKeys).toBeGreaterThan(10 * ROUNDS);
    expect(outcome.asked).toBeLessThan(outcome.wrongKeys / 10);
  },
);
