/** Faults in opening, in what a store says of itself, and in the state of nodes. */
import { setImmediate as turn } from "node:timers/promises";
import type { BackendPlugin } from "../../../src/backend/contract.ts";
import { MemoryStore } from "../../../src/memory/memory-store.ts";
import memoryPlugin from "../../../src/memory/plugin.ts";
import type { MemoryOptions } from "../../../src/memory/plugin.ts";
import { broken } from "./broken-store.ts";
import type { BrokenStore } from "./broken-store.ts";

function brokenPlugin(
  fault: string,
  breaks: Partial<BackendPlugin<MemoryOptions>>,
  ...caughtBy: readonly string[]
): BrokenStore {
  return { fault, plugin: { ...memoryPlugin, ...breaks }, caughtBy };
}

export const OPENING = [
  brokenPlugin(
    "takes a missing store for an empty one",
    { open: (options, host) => memoryPlugin.open(options, { ...host, create: true }) },
    "missing store > a store that is not there does not open, and is not made by trying",
    "missing store > a store without a client and without our id is missing",
  ),
  brokenPlugin(
    "writes when it opens",
    {
      open: (options, host) => {
        const { store = new MemoryStore() } = options;
        if (host.create || store.exists) store.id ??= "made by opening";
        return memoryPlugin.open(options, host);
      },
    },
    "missing store > with create, the store is made by the first write and not by opening or reading",
    "schemas > reading a store of schema 1 changes nothing in it",
  ),
  brokenPlugin(
    "opens what a later release has written",
    {
      open: ({ store = new MemoryStore() }, host) => {
        store.schema = Math.min(store.schema, 2);
        return memoryPlugin.open({ store }, host);
      },
    },
    "schemas > a store of a later release is refused and left alone",
  ),
  brokenPlugin(
    "has a capability less than its contract knows",
    {
      capabilities: {
        encryption: false,
        multiNode: false,
        durability: false,
      } as typeof memoryPlugin.capabilities,
    },
    "capabilities > the plugin can be recognised",
  ),
  broken(
    "has a backup that it does not declare",
    () => ({ backup: async () => undefined }),
    "capabilities > without the capability, a backup is refused",
  ),
  broken(
    "promises to survive what it does not",
    (memory) => ({
      info: () => ({ ...memory.info(), guarantees: { freshWithinMs: 0, survives: "power-loss" } }),
    }),
    "durability > a store that is not durable says that it survives nothing",
  ),
  broken(
    "gives every handle a store id of its own",
    (memory) => {
      const own = crypto.randomUUID();
      return { info: () => ({ ...memory.info(), storeId: memory.info().storeId && own }) };
    },
    "missing store > the store gets its id with the first write, and keeps it",
  ),
  broken(
    "keeps the state of all nodes in one place",
    (memory) => ({
      state: {
        get: (_scope, key) => memory.state.get("shared", key),
        list: () => memory.state.list("shared"),
        scopes: () => memory.state.scopes(),
        update: (_scope, key, change) => memory.state.update("shared", key, change),
      },
    }),
    "node state > scopes and namespaces are apart",
  ),
  broken(
    "changes state from a stale copy",
    (memory) => ({
      state: {
        ...memory.state,
        update: async (scope, key, change) => {
          const next = change(await memory.state.get(scope, key));
          await turn();
          return memory.state.update(scope, key, () => next);
        },
      },
    }),
    "node state > two handles that count in one entry lose no step",
    "pinned keys > of two handles that pin different keys at once, one is first, and all know which",
  ),
  broken(
    "finds a fault where there is none",
    () => ({
      verify: async function* () {
        yield { code: "imagined", severity: "info", message: "something", clientIds: [], repair: "none" };
      },
    }),
    "verify > a store that only we have written has no fault",
  ),
];
