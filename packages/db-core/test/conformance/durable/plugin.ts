/** A durable store to test the durable half of the suite with: the memory backend, on a file. */
import { chmodSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { API_VERSION } from "../../../src/backend/contract.ts";
import type { Backend, BackendPlugin, Watch } from "../../../src/backend/contract.ts";
import { parseRecord } from "../../../src/backend/record.ts";
import { migrationReport, SCHEMA, upgradeRecord } from "../../../src/backend/schema.ts";
import { DbError } from "../../../src/errors.ts";
import { stringifyJson } from "../../../src/json.ts";
import { memoryBackend } from "../../../src/memory/memory-backend.ts";
import type { MemoryStore } from "../../../src/memory/memory-store.ts";
import type { OnNotice } from "../../../src/notice.ts";
import { StoreFile } from "./store-file.ts";

export interface FileOptions {
  readonly path: string;
}

const durable: BackendPlugin<FileOptions> = {
  apiVersion: API_VERSION,
  name: "durable-test-store",
  capabilities: { encryption: false, multiNode: false, durability: true, backup: true },
  options: {
    "~standard": { version: 1, vendor: "hivemind", validate: () => ({ issues: [{ message: "not used" }] }) },
  },
  secretOptions: [],
  open: async ({ path }, { create, onNotice }) => {
    const file = new StoreFile(path, create);
    const { store } = file.read();
    if (store.schema > 2) throw new DbError("newer-schema", "written by a later release");
    if (!store.exists && !create) throw new DbError("missing-store", "nothing was ever stored here");
    return backendOn(file, path, onNotice);
  },
};

function backendOn(file: StoreFile, path: string, onNotice: OnNotice): Backend {
  const now = (): Backend => memoryBackend(file.read().store);
  const write = <T>(step: (memory: Backend) => Promise<T>): Promise<T> =>
    file.write((store) => {
      upgrade(store, onNotice);
      return step(memoryBackend(store));
    });
  return {
    info: () => ({
      ...now().info(),
      location: path,
      guarantees: { freshWithinMs: 0, survives: "process-crash" },
    }),
    close: async () => undefined,
    get: async (ids) => now().get(ids),
    find: async (index, values) => now().find(index, values),
    list: async function* () {
      yield* now().list();
    },
    insert: async (drafts, token) => write((memory) => memory.insert(drafts, token)),
    update: async (id, change) => write((memory) => memory.update(id, change)),
    touch: async (seen) => write((memory) => memory.touch(seen)),
    watch: async (on) => watchFile(file, on),
    state: {
      get: async (scope, key) => now().state.get(scope, key),
      list: async (scope) => now().state.list(scope),
      scopes: async () => now().state.scopes(),
      update: async (scope, key, change) => write((memory) => memory.state.update(scope, key, change)),
    },
    health: async () => {
      try {
        return await now().health();
      } catch (error) {
        return { ok: false, message: String(error), details: {} };
      }
    },
    verify: () => now().verify({ repair: false }),
    backup: async (to) => {
      const db = new DatabaseSync(path, { readOnly: true });
      db.prepare("VACUUM INTO ?").run(to);
      db.close();
      chmodSync(to, 0o600);
    },
  };
}

/** Schema 1 ends with the first write. */
function upgrade(store: MemoryStore, onNotice: OnNotice): void {
  if (store.schema !== 1) return;
  const entries = [...store.records].map(([id, text]) => parseRecord(id, text));
  const { droppedMessageBlacklist, emptyAllowedTypes } = migrationReport(entries, undefined);
  for (const { id, record } of entries) {
    if (record !== undefined) store.records.set(id, stringifyJson(upgradeRecord(record)));
  }
  store.schema = SCHEMA;
  const clientIds = [...new Set([...droppedMessageBlacklist, ...emptyAllowedTypes])].toSorted(
    (a, b) => a - b,
  );
  onNotice({ code: "migrated", message: "the store is of schema 2 now", clientIds });
}

/** Reads the log whenever somebody asks how far it has been read. */
function watchFile(file: StoreFile, on: Parameters<Backend["watch"]>[0]): Watch {
  let read = file.read().log.length;
  return {
    provenAt: () => {
      const now = performance.now();
      const news = file.read().log.slice(read);
      read += news.length;
      if (news.length > 0) on(news);
      return now;
    },
    close: async () => undefined,
  };
}

export default durable;
