/** Measures one backend with one number of clients, in a process of its own, and prints the table as JSON. */
import { elsewhere } from "./elsewhere.ts";
import { lookUps } from "./look-ups.ts";
import { times } from "./measure.ts";
import type { Table } from "./result.ts";
import { add, backend, bulk, count, disposing, floor, other, rows } from "./setup.ts";
import { BULK } from "./wanted.ts";
import { wholeStore } from "./whole-store.ts";
import { writes } from "./writes.ts";

await lookUps();
if (bulk !== undefined) {
  const byHand = await times(1, () => floor.bulk(1, count), count);
  add(BULK, bulk, byHand);
}
await writes();
await wholeStore();
await elsewhere();
floor.close();
await other.close();
await disposing.disposeAsync();
const table: Table = { backend, clients: count, rows };
process.stdout.write(JSON.stringify(table));
