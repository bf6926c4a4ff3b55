import { tombstone } from "@hivemind/db-core/backend";
import { FIRST_CONTENT } from "./own-schema.ts";
import type { Transaction } from "./transaction.ts";

/** Makes everything derived what the records and the revocations say. */
export function repairStore(work: Transaction): void {
  // Also makes anew what is missing of ours.
  const writes = work.writes();
  const { clients } = work;
  for (const id of clients?.resurrected() ?? []) writes.overwrite(tombstone(id));
  for (const sql of FIRST_CONTENT) work.connection.exec(sql);
  const indexed = clients?.indexedFingerprints().map(([, id]) => id) ?? [];
  const certified = clients?.withCertificates().flatMap(({ id }) => id ?? []) ?? [];
  for (const id of new Set([...indexed, ...certified])) {
    const entry = work.get(id);
    if (entry === undefined || entry.record !== undefined) writes.indexAnew(id, entry?.record);
  }
}
