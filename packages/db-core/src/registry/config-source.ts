/** What choosing and opening a backend needs to know of a config, in whatever form that was given. */
import { DbError } from "../errors.ts";
import { namesOf } from "./aliases.ts";
import type { DatabaseConfig, NodeConfig, PlainConfig } from "./config.ts";
import { isNodeConfig } from "./config.ts";
import { configNumber, databaseConfig } from "./config-document.ts";
import type { Json } from "../json.ts";
import type { OptionPlace } from "./option-secrets.ts";
import { readConfig } from "./read-config.ts";

const LAST_SEEN = "last_seen_update_interval";

export interface ConfigSource {
  readonly database: DatabaseConfig;
  /** Of the config file; `undefined` where the config is no file. */
  readonly folder: string | undefined;
  /** Seconds; `undefined` where the config does not say. */
  readonly lastSeenUpdateInterval?: number;
}

export async function configSource(config: NodeConfig | PlainConfig | string): Promise<ConfigSource> {
  if (typeof config === "string") {
    const read = await readConfig(config);
    // Whoever names a file does not want the defaults, and another database with them.
    if (!read.exists) throw new DbError("invalid", `there is no config file ${read.path}`);
    return read;
  }
  if (isNodeConfig(config)) return config;
  const where = "the config";
  const given = config[LAST_SEEN] ?? undefined;
  const lastSeen =
    given === undefined ? undefined : configNumber({ [LAST_SEEN]: given as Json }, LAST_SEEN, where);
  return {
    database: databaseConfig(config.database, where),
    folder: undefined,
    ...(lastSeen === undefined ? {} : { lastSeenUpdateInterval: lastSeen }),
  };
}

export interface OptionBlock extends OptionPlace {
  readonly block: unknown;
}

/**
 * The options of a backend: in the block named as `module` is, else in the one under the backend's other name,
 * so that `module` can be changed alone.
 */
export function optionBlock(
  { database, folder }: ConfigSource,
  module: string,
  backend: string,
): OptionBlock {
  const names = [...new Set([module, backend, ...namesOf(module), ...namesOf(backend)])];
  const isGiven = (name: string): boolean =>
    Object.hasOwn(database.blocks, name) &&
    database.blocks[name] !== null &&
    database.blocks[name] !== undefined;
  const name = names.find(isGiven);
  const block = name === undefined ? undefined : database.blocks[name];
  return { backend, label: `database.${JSON.stringify(name ?? module)}`, folder, block };
}
