/** The JSON backend with one promise broken: `BROKEN` says which. Loaded by the workers in place of the real one. */
import { setImmediate as turn } from "node:timers/promises";
import type { Backend, StoredEntry, StoredRecord } from "@hivemind/db-core/backend";
import plugin from "@hivemind/db-json";

type Break = (real: Backend) => Partial<Backend>;

export const BREAKS = {
  "loses an update": (real) => ({
    update: async (id, change) => {
      const now = (await real.get([id])).get(id)?.record;
      const next = now && change(now);
      await turn();
      return real.update(id, () => next);
    },
  }),
  "writes an update in two steps": (real) => ({
    update: async (id, change) => {
      let whole: StoredRecord | undefined;
      await real.update(id, (now) => {
        whole = change(now);
        return whole && { ...now, allowed_types: whole["allowed_types"] ?? [] };
      });
      await turn();
      return whole && real.update(id, () => whole);
    },
  }),
  "writes an update twice": (real) => ({
    update: async (id, change) => {
      await real.update(id, change);
      return real.update(id, change);
    },
  }),
  "acknowledges an update that it does not write": (real) => ({
    update: async (id, change) => {
      const now = (await real.get([id])).get(id)?.record;
      return now && (change(now) ?? now);
    },
  }),
  "acknowledges a revocation that it does not write": (real) => ({
    update: async (id, change) => {
      const now = (await real.get([id])).get(id)?.record;
      const next = now && change(now);
      return next?.api_key === "revoked" ? next : real.update(id, change);
    },
  }),
  "makes every client twice": (real) => ({
    insert: async (drafts, token) => {
      await real.insert(
        drafts.map((draft) => ({
          ...draft,
          make: (id: number) => ({ ...draft.make(id), api_key: `twin ${id}` }),
        })),
        `twin of ${token}`,
      );
      return real.insert(drafts, token);
    },
  }),
  "remembers who had a key": (real) => {
    const seen = new Map<string, readonly StoredEntry[]>();
    return {
      find: async (index, values) => {
        for (const [value, entries] of await real.find(index, values))
          if (!seen.has(value)) seen.set(value, entries);
        return new Map(values.flatMap((value) => (seen.has(value) ? [[value, seen.get(value) ?? []]] : [])));
      },
    };
  },
  "forgets a touch": () => ({ touch: async () => undefined }),
} as const satisfies Record<string, Break>;

export type Broken = keyof typeof BREAKS;

export default {
  ...plugin,
  open: async (...given: Parameters<typeof plugin.open>): Promise<Backend> => {
    const real = await plugin.open(...given);
    const part: Partial<Backend> = BREAKS[process.env["BROKEN"] as Broken](real);
    return new Proxy(real, {
      get: (target, name) => {
        const own = part[name as keyof Backend];
        if (own !== undefined) return own;
        const value: unknown = Reflect.get(target, name, target);
        return typeof value === "function" ? value.bind(target) : value;
      },
    });
  },
};
