/** `@hivemind/db-json`: clients in one JSON file, as Python hubs keep them. */
import { existsSync } from "node:fs";
import { API_VERSION } from "@hivemind/db-core/backend";
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
  open: openStore,
  hasStore: async (options) =>
    existsSync(filesOf(options).clients) || existsSync(filesOf({ ...options, password: "set" }).clients),
};

export default plugin;
export type { JsonOptions };
