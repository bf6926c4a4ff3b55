/** The same clients with ids that the target gives them, for a file whose ids other clients have there. */
import { isJsonObject, isTombstone, OWN_METADATA } from "@hivemind/db-core/backend";
import type { ClientId, StoredRecord } from "@hivemind/db-core/backend";
import type { Candidate, Source, SourceEntry } from "./source.ts";

/** Revoked clients are left out: nothing is left of them but their ids. */
export function withNewIds(source: Source): Source {
  return {
    ...source,
    pages: async function* () {
      for await (const page of source.pages()) yield page.flatMap(entryWithNewId);
    },
  };
}

function entryWithNewId(entry: SourceEntry): readonly SourceEntry[] {
  if (entry.unreadable !== undefined) return [entry];
  const record = entry.create(entry.id ?? 0);
  if (isTombstone(record)) return [];
  if (isSealed(record)) {
    const unreadable = "its secrets are sealed for the id that it has, and open under no other";
    return [{ place: entry.place, unreadable }];
  }
  return [candidateWithNewId(entry)];
}

/** Without an id it is the client of the target that has its access key, or a new one. */
function candidateWithNewId(candidate: Candidate): Candidate {
  const { place, stored } = candidate;
  return {
    place,
    ...(stored === undefined ? {} : { stored }),
    create: (id) => withId(candidate.create(id), id),
    change: (now, sealer) => withId(candidate.change(now, sealer), now.client_id),
  };
}

function withId(record: StoredRecord, id: ClientId): StoredRecord {
  return { ...record, client_id: id };
}

function isSealed({ metadata }: StoredRecord): boolean {
  const own = isJsonObject(metadata) ? metadata[OWN_METADATA] : undefined;
  return isJsonObject(own) && isJsonObject(own["sealed"]);
}
