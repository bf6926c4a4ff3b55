/** What fails amid a transfer is told as every failure is, whatever else is under way at that moment. */
import { readConfig } from "@hivemind/db-core";
import { DbError, parseRecord } from "@hivemind/db-core/backend";
import type { StoredRecord } from "@hivemind/db-core/backend";
import { expect, it, onTestFinished } from "vitest";
import { Progress } from "../src/output/progress.ts";
import { withStore } from "../src/transfer/open-store.ts";
import type { Candidate, Source } from "../src/transfer/source.ts";
import { transfer } from "../src/transfer/transfer.ts";
import { Hub } from "./support/hub.ts";
import { inHub } from "./support/many-clients.ts";

/** More than twice what is under way at once, so that adding has to wait for a second commit. */
const MANY = 17_000;

it("a client that cannot be replaced while others are being added", async () => {
  const hub = new Hub().withText("clients.json", `{"1": ${text(1)}}`).withText("clients.schema_version", "2");
  const unhandled: unknown[] = [];
  const listener = (error: unknown): unknown => unhandled.push(error);
  process.on("unhandledRejection", listener);
  onTestFinished(() => void process.off("unhandledRejection", listener));
  const page = [failing(1), ...Array.from({ length: MANY }, (_, i) => candidate(i + 2))];
  const options = { onConflict: "replace", skipUnreadable: false, adviceOnConflict: "" } as const;
  const watcher = {
    progress: new Progress(process, { isShown: false }),
    interrupt: { check: () => undefined, signal: new AbortController().signal },
  };

  const done = inHub(hub, async () => {
    const config = await readConfig(hub.configFile);
    return withStore(config, { create: false, onNotice: () => undefined }, (store) =>
      transfer(sourceOf(page), store, options, watcher),
    );
  });

  await expect(done).rejects.toThrow("cannot be replaced");
  expect(unhandled).toEqual([]);
});

function sourceOf(page: readonly Candidate[]): Source {
  return {
    schema: 2,
    onUnreadable: { code: "invalid", advice: "" },
    pages: async function* () {
      yield page;
    },
    state: async function* () {},
  };
}

function text(id: number): string {
  return JSON.stringify({ client_id: id, api_key: `key-${id}`, name: `client ${id}`, password: null });
}

function candidate(id: number): Candidate {
  const record = parseRecord(id, text(id)).record as StoredRecord;
  return { id, place: `client ${id}`, create: () => record, change: (now) => now };
}

/** Planning and deciding ask twice each before it is written. */
function failing(id: number): Candidate {
  let asked = 0;
  return {
    ...candidate(id),
    change: (now) => {
      asked += 1;
      if (asked > 4) throw new DbError("corrupt", "cannot be replaced");
      return { ...now, name: "another name" };
    },
  };
}
