/**
 * Works on a store while its disk fails under it, in a mount namespace of its own; at the end it opens the store
 * anew and writes what is there to the file that its last argument names.
 */
import { writeFileSync } from "node:fs";
import { DISK_FAULTS, OTHER_FOLDER } from "../disk/faults.ts";
import type { DiskFault } from "../disk/faults.ts";
import { Journal } from "../history/journal.ts";
import type { Outcome } from "../history/operation.ts";
import { seeded } from "../random.ts";
import { openPlace } from "../stores/store.ts";
import { endingOf } from "../trials/final-state.ts";
import { act } from "./act.ts";
import type { Task } from "./task.ts";

const CALLS = 15;
/** What a call may be told although nothing is wrong with the disk. */
const ORDINARY: ReadonlySet<string> = new Set(["no-such-client", "duplicate-key"]);

const task = JSON.parse(process.argv[2] ?? "") as Task & { readonly faults: readonly DiskFault[] };
const journal = new Journal(task.journal);
const home = task.place.env["XDG_DATA_HOME"] ?? "";
const other = await openPlace({ ...task.place, options: { ...task.place.options, subfolder: OTHER_FOLDER } });
await other.addClient({ name: "of another hive" });
await other.close();
const db = await openPlace(task.place);
const random = seeded(task.seed);
let calls = 0;

const work = async (): Promise<readonly Outcome[]> => {
  calls += 1;
  return act(db, journal, { ...task, worker: `${task.worker}-${calls}`, calls: CALLS }, random);
};

await work();
for (const name of task.faults) {
  const undo = DISK_FAULTS[name](home);
  await work();
  undo();
  const failed = (await work()).flatMap((outcome) =>
    "failed" in outcome && !ORDINARY.has(outcome.failed) ? [outcome.failed] : [],
  );
  if (failed.length > 0)
    throw new Error(`after "${name}" was over, calls still failed: ${failed.join(", ")}`);
}
await db.close();
writeFileSync(process.argv[3] ?? "", JSON.stringify(await endingOf(task.place)));
journal.close();
if (process.connected) process.disconnect();
