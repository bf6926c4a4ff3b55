import { afterEach } from "vitest";
import type { Backend, BackendPlugin, Watch } from "../../src/backend/contract.ts";
import type { ClientDatabase } from "../../src/database/client-database.ts";
import { createDatabase } from "../../src/database/create-database.ts";
import type { CreateDatabaseOptions } from "../../src/database/create-database.ts";
import memory, { MemoryStore } from "../../src/memory/plugin.ts";
import type { MemoryOptions } from "../../src/memory/plugin.ts";

export interface Asked {
  finds: (readonly string[])[];
  gets: (readonly number[])[];
  lists: number;
}

const opened: ClientDatabase[] = [];
afterEach(async () => {
  for (const db of opened.splice(0)) await db.close();
});

/** The memory backend with some of its methods replaced, and what is asked of it. */
export async function openOver(
  replace: (backend: Backend) => Partial<Backend> = () => ({}),
  options: CreateDatabaseOptions = {},
  store = new MemoryStore(),
): Promise<{ db: ClientDatabase; asked: Asked; store: MemoryStore }> {
  const asked: Asked = { finds: [], gets: [], lists: 0 };
  const plugin: BackendPlugin<MemoryOptions> = {
    ...memory,
    open: async (given, host) => {
      const backend = await memory.open(given, host);
      const replaced = { ...backend, ...replace(backend) };
      return {
        ...replaced,
        find: (index, values) => {
          asked.finds.push(values);
          return replaced.find(index, values);
        },
        get: (ids) => {
          asked.gets.push(ids);
          return replaced.get(ids);
        },
        list: () => {
          asked.lists += 1;
          return replaced.list();
        },
      };
    },
  };
  const db = createDatabase(plugin, { store }, { create: true, ...options });
  await db.open();
  opened.push(db);
  return { db, asked, store };
}

/** The first look-up starts the watch; from here on what is read is kept. */
export async function warmUp(db: ClientDatabase, asked: Asked): Promise<void> {
  await db.authenticate({ accessKey: "anybody" });
  await new Promise((resolve) => setImmediate(resolve));
  asked.finds.length = 0;
  asked.gets.length = 0;
  asked.lists = 0;
}

/** A store that says that everything until this moment has been told. */
export const withProof = (provenAt: () => number) => (backend: Backend) => ({
  watch: async (on: Parameters<Backend["watch"]>[0]): Promise<Watch> => ({
    ...(await backend.watch(on)),
    provenAt,
  }),
});

/** A store that bounds nothing. */
export const unbounded = (backend: Backend): Pick<Backend, "info"> => ({
  info: () => ({ ...backend.info(), guarantees: { freshWithinMs: null, survives: "nothing" } }),
});
