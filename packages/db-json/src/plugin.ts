/** `@hivemind/db-json`: clients in one JSON file, as Python hubs keep them. */
import { stat } from "node:fs/promises";
import { API_VERSION, systemError } from "@hivemind/db-core/backend";
import type { BackendPlugin } from "@hivemind/db-core/backend";
import { filesOf, openStore } from "./open-store.ts";
import { jsonOptions } from "./options.ts";
import type { JsonOptions } from "./options.ts";

const plugin: BackendPlugin<JsonOptions> = {
  apiVersion: API_VERSION,
  name: "@hivemind/db-json",
  capabilities: { encryption: true, multiNode: false, durability: true, backup: false },
  options: jsonOptions,
  secretOptions: ["password"],
  // Each write replaces the whole file.
  lastSeenIntervalMs: 60_000,
  open: openStore,
  hasStore: async (options) =>
    (await isThere(filesOf(options, false).clients)) || (await isThere(filesOf(options, true).clients)),
};

/** What cannot be told is an error: "no store here" would let another backend start an empty one. */
async function isThere(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR") return false;
    throw systemError(error, "read", path);
  }
}

export default plugin;
export type { JsonOptions };
