/** Faults in telling of changes, and in listing while there are some. */
import { broken } from "./broken-store.ts";

const PAGE = 500;

export const FEEDS = [
  broken(
    "hears of its own changes only",
    (memory) => {
      const listeners = new Set<(changed: readonly number[]) => void>();
      const tell = (id: number): void => listeners.forEach((on) => on([id]));
      return {
        watch: async (on) => {
          listeners.add(on);
          return { provenAt: () => performance.now(), close: async () => void listeners.delete(on) };
        },
        insert: async (drafts, token) => {
          const records = await memory.insert(drafts, token);
          for (const { client_id } of records) tell(client_id);
          return records;
        },
        update: async (id, change) => {
          const record = await memory.update(id, change);
          tell(id);
          return record;
        },
      };
    },
    "feed > a changed field reaches the feeds of every handle",
    "feed > a revocation reaches the feeds of every handle",
    "feed > all of a batch reaches the feed",
  ),
  broken(
    "does not hear of its own changes",
    (memory) => {
      let writing = false;
      return {
        watch: (on) =>
          memory.watch((changed) => {
            if (!writing) on(changed);
          }),
        update: (id, change) => {
          writing = true;
          const updating = memory.update(id, change);
          writing = false;
          return updating;
        },
      };
    },
    "feed > a change reaches the feed of the handle that made it",
  ),
  broken(
    "tells of the first client of a batch only",
    (memory) => ({
      watch: (on) => memory.watch((changed) => on(changed === "all" ? changed : changed.slice(0, 1))),
    }),
    "feed > all of a batch reaches the feed",
  ),
  broken(
    "proves what it has not delivered yet",
    (memory) => ({ watch: (on) => memory.watch((changed) => void setTimeout(on, 20, changed)) }),
    "feed > what was acknowledged before a proven moment has been delivered, every time",
  ),
  broken(
    "proves the future",
    (memory) => ({
      watch: async (on) => ({ ...(await memory.watch(on)), provenAt: () => performance.now() + 60_000 }),
    }),
    "feed > provenAt is never ahead of the clock and never goes back",
  ),
  broken(
    "goes on telling a feed that is closed",
    (memory) => ({ watch: async (on) => ({ ...(await memory.watch(on)), close: async () => undefined }) }),
    "feed > two feeds of one handle hear the same, and one that is closed hears nothing more",
  ),
  broken(
    "lists in the order of adding",
    (memory, store) => ({
      list: async function* () {
        yield [...(await memory.get([...store.records.keys()])).values()];
      },
    }),
    "listing > clients come by ascending id, in whatever order they were added",
  ),
  broken(
    "lists by counting, while others are added",
    (memory, store) => ({
      list: async function* () {
        for (let offset = 0; offset < store.records.size; offset += PAGE) {
          const ids = [...store.records.keys()].toSorted((a, b) => a - b).slice(offset, offset + PAGE);
          yield [...(await memory.get(ids)).values()];
        }
      },
    }),
    "listing > what exists throughout is listed exactly once while others come and change",
  ),
];
