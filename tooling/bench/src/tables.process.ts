/** Measures one backend with one number of clients, in a process of its own, and prints the table as JSON. */
import { BATCH, entries } from "./clients.ts";
import { elsewhere } from "./elsewhere.ts";
import { lookUps } from "./look-ups.ts";
import { figureOf, timeOf } from "./measure.ts";
import type { Table } from "./result.ts";
import {
  add,
  alternative,
  backend,
  bulk,
  count,
  disposing,
  floor,
  importAnewTook,
  other,
  rows,
  WARM_UP_CLIENTS,
} from "./setup.ts";
import { BULK, BULK_CLIENTS } from "./wanted.ts";
import { wholeStore } from "./whole-store.ts";
import { writes } from "./writes.ts";

/** By keyv on SQLite each is a commit of its own, and of many more one takes as long. */
const MOST_INSTEAD = 10_000;
/** Each writes all clients, into an empty store. */
const BULK_ROUNDS = 5;

/** Ids that nothing else is measured with. */
const AFTER_ALL = 9e7;

await other.fill(count);
await lookUps();
await wholeStore();
if (bulk !== undefined) {
  await floor.bulk(AFTER_ALL, WARM_UP_CLIENTS);
  const byHand: number[] = [];
  const ours: number[] = [];
  // In turns, and of very many once: the store was filled by an import.
  for (let round = 1; round <= (count > BULK_CLIENTS ? 1 : BULK_ROUNDS); round += 1) {
    if (count <= BULK_CLIENTS) ours.push((await importAnewTook(round)) / count);
    await floor.empty?.();
    byHand.push((await timeOf(() => floor.bulk(1, count))) / count);
  }
  const empty = alternative("empty");
  const some = Math.min(count, MOST_INSTEAD);
  const instead = await timeOf(async () => {
    for (let start = 1; start <= some; start += BATCH)
      await empty.setMany(entries(start, Math.min(BATCH, some + 1 - start)));
  });
  await empty.close();
  add(BULK, [ours.length > 0 ? figureOf(ours) : bulk, figureOf(byHand), figureOf([instead / some])]);
}
await writes();
await elsewhere();
floor.close();
await other.close();
await disposing.disposeAsync();
const table: Table = { backend, clients: count, rows };
process.stdout.write(JSON.stringify(table));
