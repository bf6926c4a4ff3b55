/** Opens a store and reads all of it; writes how it went, and what it took, to the file of its last argument. */
import { writeFileSync } from "node:fs";
import { isDbError } from "@hivemind/db-core";
import { openPlace } from "../stores/store.ts";
import type { Task } from "./task.ts";

const task = JSON.parse(process.argv[2] ?? "") as Task;
const outcome = await read();
const result: HugeResult = {
  outcome,
  ms: cpuMs(),
  peakBytes: process.resourceUsage().maxRSS * 1024,
};
writeFileSync(process.argv[3] ?? "", JSON.stringify(result));
if (process.connected) process.disconnect();

export interface HugeResult {
  /** How many clients there are, or the code of our own error. */
  readonly outcome: number | string;
  /** Of the processor: what else runs on the machine is no concern of ours. */
  readonly ms: number;
  readonly peakBytes: number;
}

async function read(): Promise<number | string> {
  try {
    const db = await openPlace(task.place);
    try {
      let clients = 0;
      for await (const client of db.listClients()) clients += client.id > 0 ? 1 : 0;
      return clients;
    } finally {
      await db.close();
    }
  } catch (error) {
    if (!isDbError(error)) throw error;
    return error.code;
  }
}

function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}
