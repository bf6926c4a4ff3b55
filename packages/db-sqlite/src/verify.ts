/** What can be wrong with the file and with what is derived from the records, as opposed to the records themselves. */
import { SCHEMA } from "@hivemind/db-core/backend";
import type { ClientId, Finding, Operation } from "@hivemind/db-core/backend";
import type { ClientRows } from "./client-rows.ts";
import type { CommitterParts } from "./committer.ts";
import { checkFile } from "./file-check.ts";
import { staleFingerprints } from "./fingerprint-check.ts";
import { leftovers, removeLeftovers } from "./leftovers.ts";
import { readableByOthers } from "./private-files.ts";
import { repairStore } from "./repair-store.ts";
import type { Snapshot } from "./reader.ts";
import type { Transaction } from "./transaction.ts";

type Read = <T>(read: (snapshot: Snapshot) => T) => Promise<T>;
type Write = <T>(operation: Operation<T, Transaction>) => Promise<T>;
type Fault = Omit<Finding, "repair">;

export async function* verifyStore(
  { connector, reader }: CommitterParts,
  repair: boolean,
  read: Read,
  write: Write,
): AsyncGenerator<Finding> {
  const derived = await read(derivedFaults);
  if (!reader.exists) return;
  await connector.prepare();
  const faults = [
    ...checkFile(connector, reader.layout.hasOwnTables),
    ...readableByOthers(connector.path),
    ...(await read(oldSchema)),
  ];
  for (const fault of faults) yield { ...fault, repair: "none" };
  yield* leftoverFiles(connector.path, repair);
  if (derived.length === 0) return;
  if (repair) await write(repairStore);
  for (const fault of derived) yield { ...fault, repair: repair ? "done" : "possible" };
}

function* leftoverFiles(path: string, repair: boolean): Generator<Finding> {
  const files = leftovers(path);
  if (files.length === 0) return;
  if (repair) removeLeftovers(path);
  const message = `A program that was killed left ${files.join(", ")}. A repair removes it.`;
  yield {
    code: "leftover-file",
    severity: "info",
    message,
    clientIds: [],
    repair: repair ? "done" : "possible",
  };
}

function oldSchema({ layout }: Snapshot): readonly Fault[] {
  if (layout.schema === SCHEMA) return [];
  const message = "The store has schema 1. Its next change upgrades it, after a backup beside it.";
  return [{ code: "old-schema", severity: "info", message, clientIds: [] }];
}

/** What a repair can make right again. */
function derivedFaults({ layout, clients }: Snapshot): readonly Fault[] {
  if (clients === undefined || !layout.hasOwnTables) return [];
  return [
    ...(layout.isWatched ? [] : [layout.isOlder ? OLDER_TRIGGERS : INCOMPLETE_TRIGGERS]),
    ...DERIVED.flatMap(({ find, code, severity, message }) => {
      const clientIds = find(clients);
      const ids = `client ids ${clientIds.join(", ")}`;
      return clientIds.length === 0 ? [] : [{ code, severity, message: message(ids), clientIds }];
    }),
  ];
}

const OLDER_TRIGGERS: Fault = {
  code: "older-triggers",
  severity: "info",
  message:
    "An earlier release has made the triggers of this store. The next write or a repair brings them up to date; programs of ours that share the store have to be updated too.",
  clientIds: [],
};

const INCOMPLETE_TRIGGERS: Fault = {
  code: "incomplete-triggers",
  severity: "error",
  message:
    "Another program has changed or removed triggers or indexes of ours, so a hub's write could bring a revoked client back. The next write or a repair makes them anew.",
  clientIds: [],
};

interface Derived {
  readonly code: string;
  readonly severity: Finding["severity"];
  readonly find: (clients: ClientRows) => readonly ClientId[];
  readonly message: (ids: string) => string;
}

const DERIVED: readonly Derived[] = [
  {
    code: "resurrected-client",
    severity: "error",
    find: (clients) => clients.resurrected(),
    message: (ids) =>
      `Clients that were revoked stand in the store as if they were not (${ids}). We deny them, a Python hub would let them in: run a repair.`,
  },
  {
    code: "unrecorded-revocation",
    severity: "warning",
    find: (clients) => clients.unrecordedTombstones(),
    message: (ids) => `Nothing keeps a hub from bringing these revoked clients back (${ids}): run a repair.`,
  },
  {
    code: "stale-fingerprints",
    severity: "error",
    find: staleFingerprints,
    message: (ids) => `The index of certificates is not what the records say (${ids}): run a repair.`,
  },
];
