import { setImmediate as turn } from "node:timers/promises";
import { HOT, keyOf, recordOf } from "./clients.ts";
import { figureOf, timesEach } from "./measure.ts";
import { add, alternative, backend, count, disposing, floor, open, other } from "./setup.ts";

/** Before anything is added. */
export async function wholeStore(): Promise<void> {
  const reads = count > 10_000 ? 3 : 10;
  const opened = [opening, () => floor.open(), openingOther];
  add(
    "open",
    await timesEach(
      reads,
      opened.map((operation) => ({ operation })),
    ),
  );
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
  const instead = await memoryOf(async () => {
    const store = alternative("filled");
    disposing.defer(() => store.close().then(() => undefined));
    for (let id = 1; id <= hot; id += 1) await store.get(keyOf(id));
    return store;
  });
  const sizes = [bytes, plain, instead];
  add(
    "memory of an open store, hot set included",
    sizes.map((size) => figureOf([size])),
    "bytes",
  );
  // Keyv keeps no client in memory.
  const keeping = backend === "json" ? sizes : sizes.slice(0, 2);
  add(
    "memory per client in memory",
    keeping.map((size) => figureOf([size / kept])),
    "bytes",
  );
  const listed = await timesEach(reads, [
    { operation: () => all(db.listClients()), per: count },
    { operation: () => floor.list(), per: count },
  ]);
  // Of very many keyv takes a while, and always about the same.
  const lists = count > 100_000 ? 1 : reads;
  const [listedInstead] = await timesEach(lists, [{ operation: () => all(other.list()), per: count }]);
  add("list all, per client", [...listed, listedInstead]);
  await db.close();
}

async function all(values: AsyncIterable<unknown>): Promise<void> {
  let listed = 0;
  for await (const _ of values) listed += 1;
  if (listed !== count) throw new Error(`${listed} of ${count}`);
}

/** It connects, or opens a file, for the first that it is asked. */
async function openingOther(): Promise<void> {
  const opened = alternative("filled");
  if ((await opened.get(keyOf(1))) === undefined) throw new Error("not found");
  await opened.close();
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
