import { randomInt } from "node:crypto";
import { describe, expect, test } from "vitest";
import { seeded } from "../../torture/src/random.ts";
import { runRounds } from "../src/rounds.ts";
import { KINDS, subject } from "../src/subject.ts";

const ROUNDS = 1000;

describe.concurrent("revoked while authenticating", () => {
  test.for(KINDS)(`${ROUNDS} rounds on %s: no allow beyond the bound`, { timeout: 60_000 }, async (kind) => {
    const seed = randomInt(2 ** 31);
    await using tried = await subject(kind);

    const outcome = await runRounds({ ...tried, random: seeded(seed), rounds: ROUNDS });

    expect({ seed, stale: outcome.stale, errors: outcome.errors }).toEqual({ seed, stale: [], errors: 0 });
    // Both were seen, or the rounds have tried nothing.
    expect(outcome.allows).toBeGreaterThan(ROUNDS / 2);
    expect(outcome.denials).toBeGreaterThanOrEqual(ROUNDS);
  });
});
