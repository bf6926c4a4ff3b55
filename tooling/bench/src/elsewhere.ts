import { fork } from "node:child_process";
import { once } from "node:events";
import { setImmediate as turn } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { now } from "../../freshness/src/clock.ts";
import { Revoker } from "../../freshness/src/revoker.ts";
import { keyOf } from "./clients.ts";
import { figureOf } from "./measure.ts";
import type { Figure } from "./result.ts";
import { add, backend, count, floor, open, other, placeOf, placeOfAlternative } from "./setup.ts";

type Latencies = readonly number[];
type IsAllowed = (key: string, id: number) => boolean | Promise<boolean>;

/** Of a JSON file each revocation rewrites all. */
const rounds = backend === "json" ? Math.floor(Math.max(5, Math.min(100, 100_000 / count))) : 200;

/** From the moment that `revoke()` has returned in another process to the first denial here. */
export async function elsewhere(): Promise<void> {
  const revoker = await Revoker.start(placeOf());
  const db = open();
  await db.open();
  const ours = await revoked(
    revoker,
    async () => async (accessKey) => (await db.authenticate({ accessKey })).allowed,
  );
  await db.close();
  const byHand = await revoked(revoker, () => floor.admits());
  await revoker.stop();
  const others = other.delete === undefined ? undefined : await deleted();
  const slowest = rounds < 100 ? `slowest of ${rounds}` : "p99";
  const all = [ours, byHand, ...(others === undefined ? [] : [others])];
  add("revoked elsewhere: until denied, median", all.map(figureOf));
  add(`revoked elsewhere: until denied, ${slowest}`, all.map(slowestOf));
}

async function revoked(revoker: Revoker, begin: () => Promise<IsAllowed>): Promise<Latencies> {
  const keys = Array.from({ length: rounds }, () => keyOf((nextKey += 1)));
  const ids = await revoker.add(keys);
  const isAllowed = await begin();
  const latencies: number[] = [];
  for (const [i, key] of keys.entries()) {
    const id = ids[i] ?? 0;
    latencies.push(
      await untilDenied(
        () => isAllowed(key, id),
        () => revoker.revoke(id),
      ),
    );
  }
  return latencies;
}

/** What a user would do instead: delete there, and get here. */
async function deleted(): Promise<Latencies> {
  const program = fileURLToPath(new URL("deleter.process.ts", import.meta.url));
  const deleter = fork(program, [backend, placeOfAlternative("filled")]);
  await once(deleter, "message");
  const latencies: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const key = keyOf((nextKey += 1));
    await other.set(key, key);
    const isAllowed = async (): Promise<boolean> => (await other.get(key)) !== undefined;
    latencies.push(
      await untilDenied(isAllowed, async () => {
        deleter.send(key);
        const [at] = (await once(deleter, "message")) as [number];
        return at;
      }),
    );
  }
  deleter.disconnect();
  await once(deleter, "exit");
  return latencies;
}

let nextKey = 5e7;

/** `revoke`: when it had returned there. 0 where the denial was here before. */
async function untilDenied(
  isAllowed: () => boolean | Promise<boolean>,
  revoke: () => Promise<number>,
): Promise<number> {
  // What answers from memory has it there.
  for (let asked = 0; asked < 2; asked += 1) {
    if (!(await isAllowed())) throw new Error("denied before it was revoked");
  }
  const revoking = revoke();
  while (await isAllowed()) await turn();
  const denied = now();
  return 1e6 * Math.max(0, denied - (await revoking));
}

function slowestOf(latencies: Latencies): Figure {
  const sorted = latencies.toSorted((a, b) => a - b);
  return figureOf([sorted[Math.ceil(0.99 * sorted.length) - 1] ?? 0]);
}
