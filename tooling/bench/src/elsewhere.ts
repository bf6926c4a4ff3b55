import { setImmediate as turn } from "node:timers/promises";
import type { ClientDatabase } from "@hivemind/db-core";
import { now } from "../../freshness/src/clock.ts";
import { Revoker } from "../../freshness/src/revoker.ts";
import { figureOf } from "./measure.ts";
import { add, backend, count, open, placeOf } from "./setup.ts";

/** Of a JSON file each revocation rewrites all. */
const rounds = backend === "json" ? Math.floor(Math.max(5, Math.min(100, 100_000 / count))) : 200;

/** From the moment that `revoke()` has returned in another process to the first denial here. */
export async function elsewhere(): Promise<void> {
  const db = open();
  await db.open();
  const revoker = await Revoker.start(placeOf());
  const keys = Array.from({ length: rounds }, (_, i) => `to be revoked ${i}`);
  const ids = await revoker.add(keys);
  const latencies: number[] = [];
  for (const [i, accessKey] of keys.entries()) {
    await db.authenticate({ accessKey });
    await db.authenticate({ accessKey });
    const revoking = revoker.revoke(ids[i] ?? 0);
    latencies.push(1e6 * (await (backend === "redis" ? untilTold : nextCall)(db, accessKey, revoking)));
  }
  await revoker.stop();
  await db.close();
  const sorted = latencies.toSorted((a, b) => a - b);
  const slowest = rounds < 100 ? `slowest of ${rounds}` : "p99";
  const denial = backend === "redis" ? "until denied" : "the next call, which denies";
  add(`revoked elsewhere: ${denial}, median`, figureOf(latencies));
  add(
    `revoked elsewhere: ${denial}, ${slowest}`,
    figureOf([sorted[Math.ceil(0.99 * sorted.length) - 1] ?? 0]),
  );
}

/** Files are looked at by each call: the first one after the revocation denies, and what it takes is all there is. */
async function nextCall(db: ClientDatabase, accessKey: string, revoking: Promise<number>): Promise<number> {
  await revoking;
  const started = now();
  if ((await db.authenticate({ accessKey })).allowed) throw new Error("allowed after it was revoked");
  return now() - started;
}

/** Redis tells: asked all the time, until it has. 0 where the news was here before `revoke()` returned there. */
async function untilTold(db: ClientDatabase, accessKey: string, revoking: Promise<number>): Promise<number> {
  while ((await db.authenticate({ accessKey })).allowed) await turn();
  const denied = now();
  return Math.max(0, denied - (await revoking));
}
