import type { Backend, BackendPlugin, RecordChange, StoredRecord } from "../../../src/backend/contract.ts";
import type { ClientId } from "../../../src/client.ts";
import { stringifyJson } from "../../../src/json.ts";
import type { MemoryStore } from "../../../src/memory/memory-store.ts";
import memoryPlugin from "../../../src/memory/plugin.ts";
import type { MemoryOptions } from "../../../src/memory/plugin.ts";

/** A store with one fault, and the tests that are there to find it. */
export interface BrokenStore {
  readonly fault: string;
  readonly plugin: BackendPlugin<MemoryOptions>;
  readonly caughtBy: readonly string[];
}

/** Memory with some of its methods replaced by worse ones. */
export function broken(
  fault: string,
  breaks: (memory: Backend, store: MemoryStore) => Partial<Backend>,
  ...caughtBy: readonly string[]
): BrokenStore {
  const open: BackendPlugin<MemoryOptions>["open"] = async (options, host) => {
    const backend = await memoryPlugin.open(options, host);
    return { ...backend, ...breaks(backend, options.store as MemoryStore) };
  };
  return { fault, plugin: { ...memoryPlugin, open }, caughtBy };
}

/** Writes a record past all checks, and tells of it. */
export function write(store: MemoryStore, record: StoredRecord): void {
  store.records.set(record.client_id, stringifyJson(record));
  store.written([record.client_id]);
}

/** Read, change, write with `gap` between: no atomic step, and no rule. */
export async function uncheckedUpdate(
  memory: Backend,
  store: MemoryStore,
  id: ClientId,
  change: RecordChange,
  gap: () => Promise<void> = async () => undefined,
): Promise<StoredRecord | undefined> {
  const now = (await memory.get([id])).get(id)?.record;
  if (now === undefined) return undefined;
  const next = change(now);
  if (next === undefined || next === now) return now;
  await gap();
  write(store, next);
  return next;
}
