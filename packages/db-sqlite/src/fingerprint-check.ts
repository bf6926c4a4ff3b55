import { indexValues } from "@hivemind/db-core/backend";
import type { ClientId } from "@hivemind/db-core/backend";
import type { ClientRows } from "./client-rows.ts";

/** The clients whose certificates the index has not as the records say, but for those that wait to be looked at. */
export function staleFingerprints(clients: ClientRows): readonly ClientId[] {
  const expected = clients
    .withCertificates()
    .flatMap(({ record }) =>
      record === undefined ? [] : pairs(record.client_id, indexValues(record, "fingerprint")),
    );
  const found = clients.indexedFingerprints().flatMap(([sha256, id]) => pairs(id, [sha256]));
  const waiting = new Set(clients.unindexed());
  const [a, b] = [new Map(expected), new Map(found)];
  const differing = [...expected, ...found].filter(
    ([pair, id]) => a.has(pair) !== b.has(pair) && !waiting.has(id),
  );
  return [...new Set(differing.map(([, id]) => id))].toSorted((one, other) => one - other);
}

function pairs(
  id: ClientId,
  fingerprints: readonly string[],
): readonly (readonly [pair: string, id: ClientId])[] {
  return fingerprints.map((sha256) => [`${id} ${sha256}`, id]);
}
