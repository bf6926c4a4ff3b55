/** The config and the database of one run. */
import { findPlugins, isDbError, openDatabase, readConfig, resolvePlugin } from "@hivemind/db-core";
import type { ClientDatabase, InstalledPlugin, NodeConfig, OnNotice } from "@hivemind/db-core";
import { UsageError } from "./usage-error.ts";

/** Backends are looked for beside the config, then here: where the operator installed this command. */
const FROM = import.meta.url;

export class Session {
  readonly #configPath: string | undefined;
  readonly #onNotice: OnNotice;

  /** `configPath`: `undefined` for the config of a hub on this machine. */
  constructor(configPath: string | undefined, onNotice: OnNotice) {
    this.#configPath = configPath;
    this.#onNotice = onNotice;
  }

  /** A config that nobody named may be absent: every option has a default. */
  async config(): Promise<NodeConfig> {
    const config = await readConfig(this.#configPath);
    if (config.exists || this.#configPath === undefined) return config;
    throw new UsageError(`there is no config file ${config.path}`);
  }

  async plugins(): Promise<readonly InstalledPlugin[]> {
    return findPlugins({ from: FROM, config: await this.config() });
  }

  /** The options that the configured backend calls secret. Where it cannot be loaded nobody can say. */
  async secretOptions(): Promise<readonly string[]> {
    try {
      const { plugin } = await resolvePlugin(await this.config(), { from: FROM });
      return plugin.secretOptions;
    } catch (error) {
      if (isDbError(error)) return [];
      throw error;
    }
  }

  /** Opens the database, and closes it whatever happens. `create`: make the store where there is none. */
  async withDatabase<T>(
    { create }: { readonly create: boolean },
    use: (database: ClientDatabase) => Promise<T>,
  ): Promise<T> {
    const database = await openDatabase(await this.config(), {
      from: FROM,
      create,
      onNotice: this.#onNotice,
    });
    try {
      return await use(database);
    } finally {
      await database.close();
    }
  }
}
