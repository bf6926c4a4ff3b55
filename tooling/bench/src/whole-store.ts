import { HOT, keyOf } from "./clients.ts";
import { figureOf, times } from "./measure.ts";
import { add, count, floor, open } from "./setup.ts";

export async function wholeStore(): Promise<void> {
  const reads = count > 10_000 ? 3 : 10;
  add("open", await times(reads, opening), await times(reads, () => floor.open()));
  const db = open();
  globalThis.gc?.();
  const before = process.memoryUsage();
  await db.open();
  for (let id = 1; id <= Math.min(HOT, count); id += 1) await db.authenticate({ accessKey: keyOf(id) });
  globalThis.gc?.();
  const after = process.memoryUsage();
  const bytes = Math.max(0, after.heapUsed + after.external - before.heapUsed - before.external);
  add("memory of an open store, hot set included", figureOf([bytes]), undefined, undefined, "bytes");
  const listing = async (): Promise<void> => {
    let listed = 0;
    for await (const _ of db.listClients()) listed += 1;
    if (listed < count) throw new Error(`${listed} clients of ${count}`);
  };
  add(
    "list all, per client",
    await times(reads, listing, count),
    await times(reads, () => floor.list(), count),
  );
  await db.close();
}

async function opening(): Promise<void> {
  const db = open();
  await db.open();
  await db.close();
}
