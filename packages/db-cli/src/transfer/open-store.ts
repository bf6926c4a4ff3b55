/** Stores as backends have them: records with their secrets, ids and tombstones. */
import { isDbError, resolvePlugin } from "@hivemind/db-core";
import type { JsonObject, NodeConfig, OnNotice, ResolvedPlugin, SealOptions } from "@hivemind/db-core";
import type { Backend } from "@hivemind/db-core/backend";

/** As for all commands: beside the config, then where this command is installed. */
const FROM = import.meta.url;

export interface Store {
  readonly backend: Backend;
  /** The npm package. */
  readonly name: string;
  /** There was none: the first write makes it. */
  readonly isNew: boolean;
  /** The keys for secrets at rest. `backend` gives them as they are stored, sealed or not. */
  readonly seal: SealOptions | undefined;
}

/** The config, with another backend in it; `block`: its options, where those of the config do not count. */
export function withModule(config: NodeConfig, module: string, block?: JsonObject): NodeConfig {
  const blocks = block === undefined ? config.database.blocks : { [module]: block };
  return { ...config, database: { ...config.database, module, blocks } };
}

export interface OpenStoreOptions {
  /** Make it with the first write where there is none. */
  readonly create: boolean;
  readonly onNotice: OnNotice;
}

/** Opens the store of the config, and closes it whatever happens. */
export async function withStore<T>(
  config: NodeConfig,
  options: OpenStoreOptions,
  use: (store: Store) => Promise<T>,
): Promise<T> {
  const resolved = await resolvePlugin(config, { from: FROM });
  const store = {
    ...(await open(resolved, options)),
    name: resolved.moduleName,
    seal: resolved.seal,
  };
  try {
    return await use(store);
  } finally {
    await store.backend.close();
  }
}

async function open(
  { plugin, options }: ResolvedPlugin,
  { create, onNotice }: OpenStoreOptions,
): Promise<Pick<Store, "backend" | "isNew">> {
  const notify: OnNotice = (notice) => onNotice({ backend: plugin.name, ...notice });
  try {
    return { backend: await plugin.open(options, { create: false, onNotice: notify }), isNew: false };
  } catch (error) {
    // Opened to be made only where there is none: else an emptied store would be taken for a new one.
    if (!create || !isDbError(error) || error.code !== "missing-store") throw error;
    return { backend: await plugin.open(options, { create: true, onNotice: notify }), isNew: true };
  }
}
