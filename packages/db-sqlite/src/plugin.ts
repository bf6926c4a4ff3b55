/** `@hivemind/db-sqlite`: clients in one SQLite file, as Python hubs keep them, optionally encrypted. */
import { API_VERSION } from "@hivemind/db-core/backend";
import type { BackendPlugin } from "@hivemind/db-core/backend";
import { identityOf } from "./held-files.ts";
import { openStore, pathOf } from "./open-store.ts";
import { sqliteOptions } from "./options.ts";
import type { SqliteOptions } from "./options.ts";

const plugin: BackendPlugin<SqliteOptions> = {
  apiVersion: API_VERSION,
  name: "@hivemind/db-sqlite",
  capabilities: { encryption: true, multiNode: false, durability: true, backup: true },
  options: sqliteOptions,
  secretOptions: ["password"],
  open: openStore,
  hasStore: async (options) => identityOf(pathOf(options)) !== undefined,
};

export default plugin;
export type { SqliteOptions };
