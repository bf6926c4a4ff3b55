/** What can be wrong with the files, as opposed to the records in them. */
import { isReadableByOthers, SCHEMA } from "@hivemind/db-core/backend";
import type { Finding } from "@hivemind/db-core/backend";
import { removeStaleTemporaries, staleTemporaries } from "./durable-file.ts";
import type { JsonStore } from "./json-backend.ts";
import { backupsOf, realFiles } from "./store-files.ts";

export async function* verifyFiles(store: JsonStore, repair: boolean): AsyncGenerator<Finding> {
  await store.clients.refresh();
  if (!store.clients.exists) return;
  yield* duplicateKeys(store);
  yield* oldSchema(store);
  yield* readableByOthers(store);
  yield* oldBackup(store);
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
  const real = realFiles(files);
  for (const path of [real.clients, real.own, ...backupsOf(real)]) {
    if (!isReadableByOthers(path)) continue;
    yield finding(
      "readable-by-others",
      "warning",
      `${path} holds secrets and others than its owner can read it. Run: chmod 600 '${path}'`,
    );
  }
}

function* oldBackup({ files }: JsonStore): Generator<Finding> {
  for (const backup of backupsOf(realFiles(files))) {
    yield finding(
      "old-backup",
      "info",
      `${backup} still holds the credentials from before the upgrade, those of clients revoked since too. Remove it when you no longer need it.`,
    );
  }
}

async function* leftovers({ files, committer }: JsonStore, repair: boolean): AsyncGenerator<Finding> {
  const real = realFiles(files);
  const paths = [real.clients, real.own, real.schemaVersion, real.backup];
  const found = await staleTemporaries(paths);
  if (found.length === 0) return;
  // With the lock held nobody is writing, so what is there then is really left over.
  if (repair) await committer.exclusive(() => removeStaleTemporaries(paths));
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
