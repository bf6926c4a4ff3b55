/** Rounds on each backend for as long as there is time, at least 10,000, with a troubled network for Redis. */
import { expect, test } from "vitest";
import { seeded } from "../../torture/src/random.ts";
import { addAmidFlood } from "../src/flood.ts";
import { runRounds } from "../src/rounds.ts";
import { silences } from "../src/silences.ts";
import { KINDS, LEASE_MS, subject } from "../src/subject.ts";

const seed = Number(process.env["PROOF_SEED"] ?? 1);
const minutes = Number(process.env["PROOF_MINUTES"] ?? 1);
/** A JSON file is written anew for each revocation: with few clients in it. */
const ROUNDS_PER_STORE = 500;
const LEAST_ROUNDS = 10_000;
const ADDED = 2000;

test.for([...KINDS, "a troubled network"] as const)(
  `on %s (seed ${seed})`,
  { timeout: 3_600_000 },
  async (kind) => {
    const isTroubled = kind === "a troubled network";
    const random = seeded(seed);
    const end = performance.now() + (minutes / 4) * 60_000;
    const least = isTroubled ? LEAST_ROUNDS / 10 : LEAST_ROUNDS;
    const total = { rounds: 0, allows: 0, denials: 0, errors: 0, slowestMs: 0 };
    const stale: number[] = [];
    while (total.rounds < least || performance.now() < end) {
      await using tried = await subject(isTroubled ? "redis" : kind);
      const trouble = isTroubled
        ? { trouble: silences(tried.proxy, random, { everyMs: LEASE_MS, forMs: 2 * LEASE_MS }) }
        : undefined;
      const outcome = await runRounds({ ...tried, random, rounds: ROUNDS_PER_STORE, ...trouble });
      stale.push(...outcome.stale);
      for (const name of ["rounds", "allows", "denials", "errors"] as const) total[name] += outcome[name];
      total.slowestMs = Math.max(total.slowestMs, outcome.slowestMs);
    }

    process.stdout.write(`${kind}: ${JSON.stringify(total)}, ${stale.length} stale\n`);
    expect(stale).toEqual([]);
    expect(isTroubled ? 0 : total.errors).toBe(0);
  },
);

test.for(KINDS)(`added amid a flood on %s (seed ${seed})`, { timeout: 600_000 }, async (kind) => {
  await using tried = await subject(kind, undefined, { cache: { maxMisses: 100 } });

  const outcome = await addAmidFlood({ ...tried, random: seeded(seed), rounds: ADDED });

  process.stdout.write(`${kind}: ${JSON.stringify(outcome)}\n`);
  expect(outcome).toMatchObject({ late: [], misjudged: 0 });
});
