/** `@hivemind/db-core/memory`: the reference implementation of the contract. For tests; it forgets everything. */
import type { BackendPlugin } from "../backend/contract.ts";
import { API_VERSION } from "../backend/contract.ts";
import { SCHEMA } from "../backend/schema.ts";
import type { OptionsResult } from "../backend/options.ts";
import { DbError } from "../errors.ts";
import { memoryBackend } from "./memory-backend.ts";
import { MemoryStore } from "./memory-store.ts";

export { MemoryStore };

export interface MemoryOptions {
  /** Handles with the same store share its data. Default: a store of its own. */
  readonly store?: MemoryStore;
}

const NAME = "@hivemind/db-core/memory";

const memory: BackendPlugin<MemoryOptions> = {
  apiVersion: API_VERSION,
  name: NAME,
  capabilities: { encryption: false, multiNode: false, durability: false, backup: false },
  options: { "~standard": { version: 1, vendor: "hivemind", validate } },
  secretOptions: [],
  open: async ({ store = new MemoryStore() }, { create }) => {
    if (!create && !store.exists) {
      throw new DbError("missing-store", "memory is empty at the start: open it with create", {
        backend: NAME,
      });
    }
    if (store.schema > SCHEMA) {
      throw new DbError("newer-schema", `schema ${store.schema} is newer than this release`, {
        backend: NAME,
      });
    }
    return memoryBackend(store);
  },
};

function validate(value: unknown): OptionsResult<MemoryOptions> {
  if (typeof value !== "object" || value === null) return { issues: [{ message: "must be an object" }] };
  const { store, ...rest } = value as MemoryOptions;
  const [unknown] = Object.keys(rest);
  if (unknown !== undefined) return { issues: [{ message: "memory has no such option", path: [unknown] }] };
  if (store === undefined || store instanceof MemoryStore)
    return { value: store === undefined ? {} : { store } };
  return { issues: [{ message: "must be a MemoryStore", path: ["store"] }] };
}

export default memory;
