/** What can be wrong with the files, as opposed to the records in them. */
import { statSync } from "node:fs";
import { SCHEMA } from "@hivemind/db-core/backend";
import type { Finding } from "@hivemind/db-core/backend";
import { removeStaleTemporaries, staleTemporaries } from "./durable-file.ts";
import type { JsonStore } from "./json-backend.ts";
import { ownFile, realFiles } from "./store-files.ts";

const OTHERS_CAN_READ = 0o044;

export async function* verifyFiles(store: JsonStore, repair: boolean): AsyncGenerator<Finding> {
  await store.clients.refresh();
  if (!store.clients.exists) return;
  yield* duplicateKeys(store);
  yield* oldSchema(store);
  yield* readableByOthers(store);
  yield* leftovers(store, repair);
}

function* duplicateKeys({ clients }: JsonStore): Generator<Finding> {
  for (const key of new Set(clients.text.duplicateKeys())) {
    yield finding(
      "duplicate-record",
      "warning",
      `The record ${key} stands in the file more than once; the last one counts. The next change to that client removes the others.`,
    );
  }
}

function* oldSchema({ clients }: JsonStore): Generator<Finding> {
  if (clients.schema === SCHEMA) return;
  yield finding(
    "old-schema",
    "info",
    "The store has schema 1. Its next change upgrades it, after a backup beside it.",
  );
}

function* readableByOthers({ files }: JsonStore): Generator<Finding> {
  for (const path of [files.clients, ownFile(files)]) {
    const mode = statSync(path, { throwIfNoEntry: false })?.mode ?? 0;
    if ((mode & OTHERS_CAN_READ) === 0) continue;
    yield finding(
      "readable-by-others",
      "warning",
      `${path} holds secrets and others than its owner can read it. Run: chmod 600 '${path}'`,
    );
  }
}

async function* leftovers({ files, committer }: JsonStore, repair: boolean): AsyncGenerator<Finding> {
  const { clients } = realFiles(files);
  const found = await staleTemporaries(clients);
  if (found.length === 0) return;
  // With the lock held nobody is writing, so what is there then is really left over.
  if (repair) await committer.exclusive(() => removeStaleTemporaries(clients));
  yield {
    ...finding(
      "leftover-file",
      "info",
      `A writer that was killed, or is writing now, left ${found.join(", ")}. The next write or a repair removes it.`,
    ),
    repair: repair ? "done" : "possible",
  };
}

function finding(code: string, severity: Finding["severity"], message: string): Finding {
  return { code, severity, message, clientIds: [], repair: "none" };
}
