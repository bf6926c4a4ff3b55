/** 64 callers at once for a long time: what the process holds does not grow. */
import { readFileSync } from "node:fs";
import type { MakeStore } from "../stores/store.ts";
import { promise } from "../trial.ts";
import type { Trial } from "../trial.ts";
import { Crew, ended } from "../workers/crew.ts";
import type { LoadResult } from "../workers/load-result.ts";

const SHORT_SECONDS = 3;
/** What it leaves of its time is for those after it. */
const LONG_SECONDS = 600;
const MEGABYTE = 1024 * 1024;
/** What a collector leaves lying about, in either direction, whatever a program does. */
const NOISE_BYTES = 8 * MEGABYTE;

export function load(subject: string, makeStore: MakeStore): Trial {
  return {
    name: "load",
    subject,
    proves: "64 callers at once: no growth of memory, handles, listeners, descriptors",
    run: async ({ random, seconds }) => {
      const store = await makeStore();
      using crew = new Crew();
      try {
        const task = {
          worker: "load",
          seed: random.seed(),
          place: store.place,
          ids: [],
          keys: [],
          atOnce: 64,
        };
        const duration = Math.min(seconds ?? SHORT_SECONDS, LONG_SECONDS);
        const worker = crew.start(
          { ...task, seconds: duration },
          { program: "load", flags: ["--expose-gc"] },
        );
        await ended(worker, { killed: false });
        const { before, after, reads, writes } = JSON.parse(
          readFileSync(crew.resultOf("load"), "utf8"),
        ) as LoadResult;
        for (const what of ["heapBytes", "bufferBytes"] as const)
          promise(
            after[what] - before[what] < NOISE_BYTES,
            () => `${what} grew from ${before[what]} to ${after[what]} in ${duration} s`,
          );
        for (const what of ["resources", "listeners", "descriptors"] as const)
          promise(after[what] <= before[what], () => `${what} grew from ${before[what]} to ${after[what]}`);
        const grown = (what: "heapBytes" | "residentBytes"): string =>
          [before, after].map((held) => Math.round(held[what] / MEGABYTE)).join(" to ");
        return {
          tried: {
            callers: 64,
            seconds: Math.round(duration),
            "reads and checks": reads.calls,
            "touches and updates": writes.calls,
          },
          figures: {
            "us a read (p50 / p99 / p99.9)": shown(reads),
            "us a write": shown(writes),
            "MB heap": grown("heapBytes"),
            "MB resident": grown("residentBytes"),
            descriptors: `${before.descriptors} to ${after.descriptors}`,
            listeners: `${before.listeners} to ${after.listeners}`,
            handles: `${before.resources} to ${after.resources}`,
          },
        };
      } finally {
        await store.dispose();
      }
    },
  };
}

function shown({ p50, p99, p999 }: LoadResult["reads"]): string {
  return [p50, p99, p999].map((us) => us.toFixed(us < 100 ? 1 : 0)).join(" / ");
}
