import { setImmediate as turn } from "node:timers/promises";
import { now } from "../../freshness/src/clock.ts";
import { Revoker } from "../../freshness/src/revoker.ts";
import { figureOf } from "./measure.ts";
import { add, backend, count, open, placeOf } from "./setup.ts";

/** From the moment that another process knows that it has revoked a client to the first denial here. */
export async function elsewhere(): Promise<void> {
  const rounds = backend === "json" && count > 10_000 ? 5 : 100;
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
    for (;;) {
      await turn();
      const started = now();
      if ((await db.authenticate({ accessKey })).allowed) continue;
      latencies.push(1e6 * Math.max(0, started - (await revoking)));
      break;
    }
  }
  await revoker.stop();
  await db.close();
  const sorted = latencies.toSorted((a, b) => a - b);
  add("revoked elsewhere: until denied, median", figureOf(latencies));
  add("revoked elsewhere: until denied, p99", figureOf([sorted[Math.ceil(0.99 * sorted.length) - 1] ?? 0]));
}
