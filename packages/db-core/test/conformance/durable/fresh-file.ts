import { existsSync, readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { FreshStore, Seed } from "../../../src/conformance/index.ts";
import { freshMemory } from "../fresh-memory.ts";
import type { FileOptions } from "./plugin.ts";
import { StoreFile } from "./store-file.ts";

export async function freshFile(seed?: Seed): Promise<FreshStore<FileOptions>> {
  const folder = await mkdtemp(join(tmpdir(), "hivemind-durable-"));
  const path = join(folder, "store.db");
  if (seed !== undefined) {
    const { store } = await freshMemory(seed);
    new StoreFile(path, true).write((into) => {
      into.schema = store.schema;
      for (const [id, text] of store.records) into.records.set(id, text);
    });
  }
  return {
    options: { path },
    snapshot: async () => (existsSync(path) ? readFileSync(path) : undefined),
    destroy: () => rm(path),
    copyAt: (copy) => ({ path: copy }),
    dispose: () => rm(folder, { recursive: true }),
  };
}
