import { randomUUID } from "node:crypto";
import { SCHEMA } from "../backend/schema.ts";
import type { ClientId } from "../client.ts";

type Listener = (changed: readonly ClientId[]) => void;

/** The data behind any number of handles of one process. Records are kept as text, so nothing can alias them. */
export class MemoryStore {
  /** `undefined` until the first write. */
  id: string | undefined;
  schema: number = SCHEMA;
  readonly records = new Map<ClientId, string>();
  readonly state = new Map<string, Map<string, string>>();
  readonly tokens = new Map<string, readonly ClientId[]>();
  readonly listeners = new Set<Listener>();

  /** A store that holds these record texts, of either schema, by id: as another program left it. */
  static of(records: Iterable<readonly [ClientId, string]>, schema: number = SCHEMA): MemoryStore {
    const store = new MemoryStore();
    store.schema = schema;
    for (const [id, text] of records) store.records.set(id, text);
    return store;
  }

  get exists(): boolean {
    return this.id !== undefined || this.records.size > 0;
  }

  written(changed: readonly ClientId[]): void {
    this.id ??= randomUUID();
    if (changed.length > 0) for (const listener of this.listeners) listener(changed);
  }
}
