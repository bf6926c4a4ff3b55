/** A JSON store of 100 MB that nobody's clients fill: time and memory are in proportion, and what comes out is ours. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { jsonStore } from "../stores/files.ts";
import { promise } from "../trial.ts";
import type { Trial } from "../trial.ts";
import { Crew, ended } from "../workers/crew.ts";
import type { HugeResult } from "../workers/huge.process.ts";

const MEGABYTE = 1024 * 1024;
/** It takes about a minute, and 6 GB of memory. */
const LONG_SECONDS = 60;
const LONG_MEGABYTES = 100;
const SHORT_MEGABYTES = 1;
/** A process that has read nothing, and for each MB of the file: an empty list is 2 bytes there, and 100 in memory. */
const BASE_BYTES = 200 * MEGABYTE;
const BYTES_PER_MEGABYTE = 80 * MEGABYTE;
const BASE_MS = 5000;
const MS_PER_MEGABYTE = 500;

const GOOD = '"1":{"client_id":1,"api_key":"key 1","name":"one","allowed_types":["speak"],"metadata":{}}';
const DOCUMENTS: Readonly<Record<string, (bytes: number) => string>> = {
  "arrays in arrays": (bytes) => `{${GOOD},"2":${"[".repeat(bytes / 2)}${"]".repeat(bytes / 2)}}`,
  "nothing but brackets": (bytes) => "[".repeat(bytes),
  "one text": (bytes) => `{${GOOD},"2":"${"x".repeat(bytes)}"}`,
  "one number": (bytes) => `{${GOOD},"2":${"9".repeat(bytes)}}`,
  "many empty lists": (bytes) => `{${GOOD},"2":[${"[],".repeat(bytes / 3)}0]}`,
  "the same key again and again": (bytes) => `{${'"2":{},'.repeat(bytes / 7)}${GOOD}}`,
};

export const huge: Trial = {
  name: "huge",
  subject: "json",
  proves:
    "a store of 100 MB of anything: answers or our own error, time and memory in proportion to its size",
  run: async ({ seconds }) => {
    const megabytes = (seconds ?? 0) < LONG_SECONDS ? SHORT_MEGABYTES : LONG_MEGABYTES;
    const tried = { documents: 0, "MB each": megabytes };
    const figures = { "MB at most in memory": 0, "CPU ms of the slowest": 0 };
    for (const [what, make] of Object.entries(DOCUMENTS)) {
      const store = await jsonStore();
      using crew = new Crew();
      try {
        const folder = join(store.place.env["XDG_DATA_HOME"] ?? "", "hivemind-core");
        mkdirSync(folder, { mode: 0o700 });
        writeFileSync(join(folder, "clients.json"), make(megabytes * MEGABYTE), { mode: 0o600 });
        const task = { worker: "huge", seed: 0, place: store.place, ids: [], keys: [], atOnce: 1 };
        await ended(crew.start(task, { program: "huge" }), { killed: false });
        const { outcome, ms, peakBytes } = JSON.parse(
          readFileSync(crew.resultOf("huge"), "utf8"),
        ) as HugeResult;
        const took = `${what}: ${outcome} after ${ms.toFixed(0)} ms, with ${Math.round(peakBytes / MEGABYTE)} MB`;
        promise(ms < BASE_MS + megabytes * MS_PER_MEGABYTE, () => took);
        promise(peakBytes < BASE_BYTES + megabytes * BYTES_PER_MEGABYTE, () => took);
        tried.documents += 1;
        const peak = Math.round(peakBytes / MEGABYTE);
        figures["MB at most in memory"] = Math.max(figures["MB at most in memory"], peak);
        figures["CPU ms of the slowest"] = Math.max(figures["CPU ms of the slowest"], Math.round(ms));
      } finally {
        await store.dispose();
      }
    }
    return { tried, figures };
  },
};
