/** Faults in changing, in batches and in touching. */
import { setImmediate as turn } from "node:timers/promises";
import type { StoredRecord } from "../../../src/backend/contract.ts";
import { isTombstone } from "../../../src/backend/record.ts";
import { DbError } from "../../../src/errors.ts";
import { broken, uncheckedUpdate, write } from "./broken-store.ts";

export const WRITES = [
  broken(
    "writes whole records from a stale copy",
    (memory, store) => ({ update: (id, change) => uncheckedUpdate(memory, store, id, change, turn) }),
    "concurrency > two handles that change different fields at once both win",
    "concurrency > two handles that count in one field lose no step",
    "tombstones > of a change and a revocation at once, the revocation stays",
  ),
  broken(
    "lets a tombstone be undone",
    (memory, store) => ({ update: (id, change) => uncheckedUpdate(memory, store, id, change) }),
    "tombstones > not even the backend turns a tombstone back",
    "changes > a change cannot give a client another id",
  ),
  broken(
    "leaves the secrets in a tombstone",
    (memory, store) => ({
      update: async (id, change) => {
        const before = (await memory.get([id])).get(id)?.record;
        const after = await memory.update(id, change);
        if (before === undefined || after === undefined || !isTombstone(after)) return after;
        write(store, { ...before, api_key: after.api_key });
        return after;
      },
    }),
    "tombstones > nothing of a revoked client is left in its record",
    "tombstones > a revoked client is a tombstone with nothing in it but its id",
  ),
  broken(
    "writes and tells although nothing changed",
    (memory, store) => ({
      update: async (id, change) => {
        const record = await memory.update(id, change);
        if (record !== undefined) write(store, record);
        return record;
      },
    }),
    "changes > a change that changes nothing writes nothing and tells nobody",
  ),
  broken(
    "wraps what a change throws",
    (memory) => ({
      update: (id, change) =>
        memory.update(id, change).catch((cause: unknown) => {
          throw new DbError("corrupt", "the change failed", { cause });
        }),
    }),
    "changes > a change that throws leaves the client as it was, and its error comes through",
  ),
  broken(
    "asks a change of an unknown client",
    (memory) => ({
      update: async (id, change) => {
        const known = (await memory.get([id])).has(id);
        if (!known) change({ client_id: id, api_key: "" });
        return memory.update(id, change);
      },
    }),
    "changes > an unknown id is not changed, and the change is not asked",
  ),
  broken(
    "keeps half of a batch that fails",
    (memory) => ({
      insert: async (drafts, token) => {
        const added: StoredRecord[] = [];
        for (const [i, draft] of drafts.entries())
          added.push(...(await memory.insert([draft], `${token} ${i}`)));
        return added;
      },
    }),
    "batches > one taken access key in a batch, and nobody of it is added",
    "batches > one access key twice in a batch, and nobody of it is added",
    "batches > one record that cannot be made, and nobody of the batch is added",
    "batches > batches at once are each added as a whole",
  ),
  broken(
    "moves lastSeen back",
    (memory, store) => ({
      touch: async (seen) => {
        for (const [id, last_seen] of seen) {
          const record = (await memory.get([id])).get(id)?.record;
          if (record && !isTombstone(record)) store.records.set(id, JSON.stringify({ ...record, last_seen }));
        }
      },
    }),
    "touches > a touch never moves lastSeen back",
    "touches > many clients are touched at once, each at its time",
  ),
  broken(
    "touches tombstones",
    (memory, store) => ({
      touch: async (seen) => {
        for (const [id, last_seen] of seen) {
          const record = (await memory.get([id])).get(id)?.record;
          if (record) store.records.set(id, JSON.stringify({ ...record, last_seen }));
        }
      },
    }),
    "touches > a touch of nobody, or of a tombstone, leaves no trace",
  ),
  broken(
    "tells of touches as of changes",
    (memory, store) => ({
      touch: async (seen) => {
        await memory.touch(seen);
        store.written([...seen.keys()]);
      },
    }),
    "touches > a touch is not a change: no feed tells of it",
  ),
];
