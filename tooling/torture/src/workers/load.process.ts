/**
 * 64 callers at once on one store, for so many seconds; writes what each call took, and what the process held at
 * the beginning and at the end, to the file that its last argument names. Needs --expose-gc.
 */
import { readdirSync, writeFileSync } from "node:fs";
import { createHistogram } from "node:perf_hooks";
import { isDbError } from "@hivemind/db-core";
import type { ClientDatabase } from "@hivemind/db-core";
import { seeded } from "../random.ts";
import type { Random } from "../random.ts";
import { openPlace } from "../stores/store.ts";
import type { Held, LoadResult } from "./load-result.ts";
import type { Task } from "./task.ts";

const CALLERS = 64;
const CLIENTS = 200;
/** Caches fill, prepared statements are made, the collector settles. */
const WARM_UP = 0.3;
const LONGEST_WARM_UP_SECONDS = 60;

const task = JSON.parse(process.argv[2] ?? "") as Task & { readonly seconds: number };
const db = await openPlace(task.place);
const added = await db.addClients(
  Array.from({ length: CLIENTS }, (_, i) => ({ name: `client ${i}`, allowedTypes: ["speak"] })),
);
const random = seeded(task.seed);
const took = { reads: createHistogram(), writes: createHistogram() };

const warmUp = Math.min(task.seconds * WARM_UP, LONGEST_WARM_UP_SECONDS);
await callers(warmUp, false);
const before = await held();
await callers(task.seconds - warmUp, true);
const after = await held();
await db.close();
const result: LoadResult = { before, after, reads: summary(took.reads), writes: summary(took.writes) };
writeFileSync(process.argv[3] ?? "", JSON.stringify(result));
if (process.connected) process.disconnect();

/** All of them, until the time is over. */
async function callers(seconds: number, isMeasured: boolean): Promise<void> {
  const end = performance.now() + seconds * 1000;
  const one = async (): Promise<void> => {
    while (performance.now() < end) {
      const isWrite = random.chance(10);
      const start = process.hrtime.bigint();
      await (isWrite ? write(db, random) : read(db, random));
      const histogram = isWrite ? took.writes : took.reads;
      if (isMeasured) histogram.record(process.hrtime.bigint() - start || 1n);
      // Answers from memory would else leave no turn to anything that has to come in.
      if (random.chance(5)) await new Promise(setImmediate);
    }
  };
  await Promise.all(Array.from({ length: CALLERS }, one));
}

async function read(to: ClientDatabase, choice: Random): Promise<void> {
  const { client, secrets } = added[choice.int(0, CLIENTS - 1)] as (typeof added)[number];
  if (choice.chance(10)) await to.authenticate({ accessKey: `nobody's ${choice.seed()}` });
  else if (choice.chance(50)) await to.authenticate({ accessKey: secrets.accessKey });
  else await to.authorize(client.id, { do: "send", messageType: "speak" });
}

async function write(to: ClientDatabase, choice: Random): Promise<void> {
  const { client } = added[choice.int(0, CLIENTS - 1)] as (typeof added)[number];
  if (choice.chance(70)) return to.touch(client.id);
  try {
    await to.updateClient(client.id, { description: `changed ${choice.int(0, 9)}` });
  } catch (error) {
    // Too many at once on one client is an answer.
    if (!isDbError(error) || error.code !== "locked") throw error;
  }
}

/** What is held when nobody calls, and what nobody needs has gone. */
async function held(): Promise<Held> {
  for (let i = 0; i < 3; i += 1) {
    globalThis.gc?.();
    await new Promise(setImmediate);
  }
  return {
    heapBytes: process.memoryUsage().heapUsed,
    bufferBytes: process.memoryUsage().arrayBuffers,
    residentBytes: process.memoryUsage().rss,
    resources: process
      .getActiveResourcesInfo()
      .filter((name) => name !== "Immediate" && name !== "FSReqCallback").length,
    listeners: process.eventNames().reduce((sum, name) => sum + process.listenerCount(name), 0),
    descriptors: readdirSync("/proc/self/fd").length,
  };
}

function summary(histogram: ReturnType<typeof createHistogram>) {
  const us = (percentile: number): number => histogram.percentile(percentile) / 1000;
  return { calls: histogram.count, p50: us(50), p99: us(99), p999: us(99.9) };
}
