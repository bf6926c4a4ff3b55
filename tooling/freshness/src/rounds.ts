/**
 * Revoke while authenticating: another process revokes a client at a random moment, this one goes on asking about
 * it. Whoever asks more than the bound after the revocation was acknowledged must not be let in.
 */
import { setImmediate as turn, setTimeout as delay } from "node:timers/promises";
import { isDbError } from "@hivemind/db-core";
import type { ClientDatabase } from "@hivemind/db-core";
import type { Random } from "../../torture/src/random.ts";
import { now } from "./clock.ts";
import type { Revoker } from "./revoker.ts";

export interface RoundsOptions {
  readonly node: ClientDatabase;
  readonly revoker: Revoker;
  readonly random: Random;
  readonly rounds: number;
  /** How long an allow may be outdated, in ms. */
  readonly boundMs: number;
  /** Runs beside the rounds, until the signal says that they are over: what goes wrong meanwhile. */
  readonly trouble?: (over: AbortSignal) => Promise<void>;
  /** Runs before each revocation, when the client has been asked about. */
  readonly beforeRevoking?: (ask: () => Promise<unknown>) => Promise<void>;
}

export interface Outcome {
  readonly rounds: number;
  readonly allows: number;
  readonly denials: number;
  readonly errors: number;
  /** By how many ms each stale allow was beyond the bound. */
  readonly stale: readonly number[];
  /** The longest time that a call took. */
  readonly slowestMs: number;
}

interface Ask {
  readonly startedAt: number;
  readonly answer: "allow" | "deny" | "error";
}

/** Clients that are revoked at the same time, so that commits and look-ups meet. */
const LANES = 8;

export async function runRounds(options: RoundsOptions): Promise<Outcome> {
  const { revoker, random, rounds, trouble } = options;
  const over = new AbortController();
  const troubled = trouble?.(over.signal);
  const asks: Ask[][] = [];
  const stale: number[] = [];
  let slowestMs = 0;
  for (let done = 0; done < rounds;) {
    const keys = Array.from(
      { length: Math.min(100, rounds - done) },
      () => `key ${random.seed()} ${done}`,
    ).map((key, i) => `${key} ${i}`);
    const ids = await revoker.add(keys);
    const waiting = ids.map((id, i) => ({ id, key: keys[i] ?? "" }));
    const lane = async (): Promise<void> => {
      for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
        const { asked, revokedAt, slowest } = await round(options, next.id, next.key);
        slowestMs = Math.max(slowestMs, slowest);
        asks.push(asked);
        const late = asked
          .filter(({ answer }) => answer === "allow")
          .map(({ startedAt }) => startedAt - revokedAt - options.boundMs);
        stale.push(...late.filter((ms) => ms > 0));
      }
    };
    await Promise.all(Array.from({ length: LANES }, lane));
    done += keys.length;
  }
  over.abort();
  await troubled;
  const count = (answer: Ask["answer"]): number => asks.flat().filter((ask) => ask.answer === answer).length;
  return {
    rounds,
    allows: count("allow"),
    denials: count("deny"),
    errors: count("error"),
    stale,
    slowestMs,
  };
}

async function round(
  { node, revoker, random, boundMs, beforeRevoking }: RoundsOptions,
  id: number,
  key: string,
) {
  const asked: Ask[] = [];
  let slowest = 0;
  const ask = async (): Promise<Ask> => {
    // A turn of its own: the calls of one turn may share what was found out at its start.
    await turn();
    const startedAt = now();
    const answer = await answerOf(
      random.chance(50) ? node.authenticate({ accessKey: key }) : node.authorize(id, { do: "escalate" }),
    );
    slowest = Math.max(slowest, now() - startedAt);
    const one: Ask = { startedAt, answer };
    asked.push(one);
    return one;
  };
  // Both ways into memory.
  await node.authenticate({ accessKey: key }).catch(ignoreDbError);
  await node.authorize(id, { do: "escalate" }).catch(ignoreDbError);

  await beforeRevoking?.(async () => {
    await node.authenticate({ accessKey: key });
    await node.authorize(id, { do: "escalate" });
  });

  let revokedAt: number | undefined;
  const revoking = revoker.revoke(id, random.int(0, 3)).then((at) => (revokedAt = at));
  const pauses = random.int(0, 2);
  for (;;) {
    const { startedAt, answer } = await ask();
    if (pauses > 0) await delay(random.int(0, pauses));
    if (revokedAt === undefined) continue;
    if (startedAt <= revokedAt) continue;
    // Denied for good, or no reason is left not to be.
    if (answer === "deny" || startedAt > revokedAt + boundMs) break;
  }
  return { asked, revokedAt: await revoking, slowest };
}

async function answerOf(verdict: Promise<{ readonly allowed: boolean }>): Promise<Ask["answer"]> {
  try {
    return (await verdict).allowed ? "allow" : "deny";
  } catch (error) {
    ignoreDbError(error);
    return "error";
  }
}

/** A store that cannot tell is an answer here. Anything else is a bug. */
function ignoreDbError(error: unknown): void {
  if (!isDbError(error)) throw error;
}
