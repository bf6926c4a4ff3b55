import { setImmediate as turn } from "node:timers/promises";
import { HOT, keyOf, recordOf } from "./clients.ts";
import { figureOf, times } from "./measure.ts";
import { add, backend, count, floor, open } from "./setup.ts";

export async function wholeStore(): Promise<void> {
  const reads = count > 10_000 ? 3 : 10;
  add("open", await times(reads, opening), await times(reads, () => floor.open()));
  const db = open();
  const hot = Math.min(HOT, count);
  const bytes = await memoryOf(async () => {
    await db.open();
    for (let id = 1; id <= hot; id += 1) await db.authenticate({ accessKey: keyOf(id) });
    return db;
  });
  // A file is in memory as a whole; of the others the clients that were asked for are.
  const kept = backend === "json" ? count : hot;
  const plain = await memoryOf(async () => new Map(decoded(kept)));
  const figures = (per: number) => [figureOf([bytes / per]), figureOf([plain / per])] as const;
  add("memory of an open store, hot set included", ...figures(1), undefined, "bytes");
  add("memory per client in memory", ...figures(kept), undefined, "bytes");
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

async function memoryOf(make: () => Promise<unknown>): Promise<number> {
  const before = await used();
  const made = await make();
  const bytes = Math.max(0, (await used()) - before);
  held.add(made);
  held.clear();
  return bytes;
}

async function used(): Promise<number> {
  // What was closed before goes in more than one turn.
  for (let turns = 0; turns < 5; turns += 1) {
    globalThis.gc?.();
    await turn();
  }
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

/** What is measured must not be collected meanwhile. */
const held = new Set<unknown>();

/** As a Map of what a driver returns. */
function* decoded(clients: number): Generator<[string, unknown]> {
  for (let id = 1; id <= clients; id += 1)
    yield [keyOf(id), JSON.parse(JSON.stringify(recordOf(id))) as unknown];
}
