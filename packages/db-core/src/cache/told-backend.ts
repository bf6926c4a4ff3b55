/** A backend whose own writes are told at once: what this process has changed it never answers from memory. */
import type { Backend } from "../backend/contract.ts";
import type { ClientId } from "../client.ts";

export function toldBackend(backend: Backend, tell: (changed: readonly ClientId[] | "all") => void): Backend {
  const migrate = backend.migrate?.bind(backend);
  const backup = backend.backup?.bind(backend);
  const scrub = backend.scrub?.bind(backend);
  return {
    info: () => backend.info(),
    close: () => backend.close(),
    get: (ids) => backend.get(ids),
    find: (index, values) => backend.find(index, values),
    list: () => backend.list(),
    insert: async (drafts, token) => {
      const records = await backend.insert(drafts, token);
      tell(records.map(({ client_id }) => client_id));
      return records;
    },
    update: async (id, change) => {
      try {
        return await backend.update(id, change);
      } finally {
        // Also where it failed: nobody may be able to tell whether it was written.
        tell([id]);
      }
    },
    touch: (seen) => backend.touch(seen),
    watch: (on) => backend.watch(on),
    state: backend.state,
    health: () => backend.health(),
    verify: async function* ({ repair }) {
      try {
        yield* backend.verify({ repair });
      } finally {
        if (repair) tell("all");
      }
    },
    ...(migrate && { migrate: () => migrate().finally(() => tell("all")) }),
    ...(backup && { backup }),
    ...(scrub && { scrub }),
  };
}
