import { parseClientId } from "../../src/backend/client-id.ts";
import type { FreshStore, Seed } from "../../src/conformance/index.ts";
import { MemoryStore } from "../../src/memory/memory-store.ts";
import type { MemoryOptions } from "../../src/memory/plugin.ts";

export async function freshMemory(
  seed?: Seed,
): Promise<FreshStore<MemoryOptions> & { readonly store: MemoryStore }> {
  const store =
    seed === undefined ? new MemoryStore() : MemoryStore.of(seed.records.map(withId), seed.schema);
  return {
    store,
    options: { store },
    snapshot: async () => structuredClone([store.id, store.schema, store.records, store.state]),
    dispose: async () => undefined,
  };
}

function withId([key, text]: Seed["records"][number]): [number, string] {
  const id = parseClientId(key);
  if (id === undefined) throw new TypeError("memory keeps records under ids only");
  return [id, text];
}
