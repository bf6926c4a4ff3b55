/** The config and the database of one run. */
import { findPlugins, isDbError, openDatabase, readConfig, resolvePlugin } from "@hivemind/db-core";
import type {
  ClientDatabase,
  InstalledPlugin,
  NodeConfig,
  OnNotice,
  ResolvedPlugin,
} from "@hivemind/db-core";
import { UsageError } from "./usage-error.ts";

/** Backends are looked for beside the config, then here: where the operator installed this command. */
const FROM = import.meta.url;

export interface SessionEvents {
  readonly onNotice: OnNotice;
  readonly onNewStore: (location: string) => void;
}

export class Session {
  readonly #configPath: string | undefined;
  readonly #onNotice: OnNotice;
  readonly #onNewStore: (location: string) => void;
  #given: NodeConfig | undefined;

  /** `config`: `undefined` for the config of a hub on this machine. `onNewStore`: hears where one was made. */
  constructor(config: string | undefined, { onNotice, onNewStore }: SessionEvents) {
    this.#configPath = config;
    this.#onNotice = onNotice;
    this.#onNewStore = onNewStore;
  }

  /** A config that nobody named may be absent: every option has a default. */
  async config(): Promise<NodeConfig> {
    if (this.#given !== undefined) return this.#given;
    const config = await readConfig(this.#configPath);
    if (config.exists || this.#configPath === undefined) return config;
    throw new UsageError(`there is no config file ${config.path}`);
  }

  /** As {@link config}, also of a file that is named and not there yet. */
  configOrNew(): Promise<NodeConfig> {
    return readConfig(this.#configPath);
  }

  /** The same session, had the config this `database` block: to try it before it is written. */
  with(config: NodeConfig, database: NodeConfig["database"]): Session {
    const session = new Session(this.#configPath, { onNotice: this.#onNotice, onNewStore: this.#onNewStore });
    session.#given = { ...config, database };
    return session;
  }

  /** The package of the configured backend; throws where it cannot be loaded or its options are wrong. */
  async backendName(): Promise<string> {
    return (await resolvePlugin(await this.config(), { from: FROM })).moduleName;
  }

  async plugins(): Promise<readonly InstalledPlugin[]> {
    return findPlugins({ from: FROM, config: await this.config() });
  }

  /** The configured backend, for what it does without an open store. */
  async plugin(): Promise<ResolvedPlugin> {
    return resolvePlugin(await this.config(), { from: FROM });
  }

  /** Why the backend of the config cannot be loaded: where it was looked for, and what to do. */
  async whyNoBackend(): Promise<string | undefined> {
    try {
      await resolvePlugin(await this.config(), { from: FROM });
      return undefined;
    } catch (error) {
      if (isDbError(error)) return error.message;
      throw error;
    }
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

  /**
   * Opens the database, and closes it whatever happens. `create`: make the store, with the first write, where
   * there is none; then `isNew`.
   */
  async withDatabase<T>(
    { create }: { readonly create: boolean },
    use: (database: ClientDatabase, isNew: boolean) => Promise<T>,
  ): Promise<T> {
    const { database, isNew } = await (create ? this.#openOrCreate() : this.#open());
    try {
      const result = await use(database, isNew);
      const { storeId, location } = database.info();
      if (isNew && storeId !== undefined) this.#onNewStore(location);
      return result;
    } finally {
      await database.close();
    }
  }

  async #open(create = false): Promise<Opened> {
    const database = await openDatabase(await this.config(), {
      from: FROM,
      create,
      onNotice: this.#onNotice,
    });
    return { database, isNew: create && database.info().storeId === undefined };
  }

  /** A store that was made unawares, under the HOME of `sudo` for one, must be told from the one that was there. */
  async #openOrCreate(): Promise<Opened> {
    try {
      return await this.#open();
    } catch (error) {
      if (!isDbError(error) || error.code !== "missing-store") throw error;
      return this.#open(true);
    }
  }
}

interface Opened {
  readonly database: ClientDatabase;
  /** There was no store: the first write makes it. */
  readonly isNew: boolean;
}
