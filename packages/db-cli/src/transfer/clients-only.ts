/** The clients of a store or a backup, without what its nodes remember: that is theirs. */
import { removalsIn, withoutRemoved } from "@hivemind/db-core/backend";
import type { ClientId, Removals } from "@hivemind/db-core/backend";
import type { Source, SourceEntry } from "./source.ts";

type Removed = ReadonlyMap<ClientId, Removals["entryIds"]>;

/** What says which certificates were removed stays behind, so those that came back into a record do too. */
export function clientsOnly(source: Source): Source {
  return {
    ...source,
    pages: async function* () {
      const removed = await removedIn(source);
      for await (const page of source.pages()) yield page.map((entry) => withoutComebacks(entry, removed));
    },
    state: async function* () {},
  };
}

async function removedIn(source: Source): Promise<Removed> {
  const removed = new Map<ClientId, Removals["entryIds"]>();
  for await (const entry of source.state()) {
    const removals = removalsIn(entry);
    if (removals !== undefined) removed.set(removals.clientId, removals.entryIds);
  }
  return removed;
}

function withoutComebacks(entry: SourceEntry, removed: Removed): SourceEntry {
  if (entry.unreadable !== undefined || entry.id === undefined || !removed.has(entry.id)) return entry;
  const entryIds = removed.get(entry.id);
  const record = entry.create(entry.id);
  if (entryIds === undefined && withoutRemoved(record, entryIds) !== record) {
    const unreadable = "which of its certificates were removed cannot be read";
    return { place: entry.place, unreadable };
  }
  return {
    ...entry,
    create: (id) => withoutRemoved(entry.create(id), entryIds),
    change: (now, sealer) => withoutRemoved(entry.change(now, sealer), entryIds),
  };
}
