/**
 * Works on a store at random until it is killed, or has done as many calls as it was asked to; what it does and
 * is told is in its journal. Arguments: one JSON text, a `Task`.
 */
import { Journal } from "../history/journal.ts";
import { seeded } from "../random.ts";
import { openPlace } from "../stores/store.ts";
import { act } from "./act.ts";
import type { Task } from "./task.ts";

const task = JSON.parse(process.argv[2] ?? "") as Task;
const journal = new Journal(task.journal);
const db = await openPlace(task.place);
process.send?.("open");
await act(db, journal, task, seeded(task.seed));
await db.close();
journal.close();
if (process.connected) process.disconnect();
