import type { ClientDatabase } from "../database/client-database.ts";
import { createDatabase } from "../database/create-database.ts";
import type { CreateDatabaseOptions } from "../database/create-database.ts";
import type { NodeConfig, PlainConfig } from "./config.ts";
import { resolvePlugin } from "./resolve-plugin.ts";
import type { ResolveOptions } from "./resolve-plugin.ts";

export interface OpenOptions extends ResolveOptions, CreateDatabaseOptions {}

/**
 * Opens the client database of a node: the backend that `database.module` names, with the options of its block.
 *
 *     const db = await openDatabase(await readConfig(), { from: import.meta.url });
 *
 * `config` is what {@link readConfig} answers, the path of a config file, or the same as a plain object. The
 * names of the Python hubs' plugins mean our packages. Without `module`: the only backend that is installed;
 * `@hivemind/db-json` of several, unless another one has a store. Where `lastSeenIntervalMs`, `trustedCas` or `seal`
 * is not given, `last_seen_update_interval`, `database.trusted_cas` (paths of PEM files) or `database.seal` holds.
 */
export async function openDatabase(
  config: NodeConfig | PlainConfig | string,
  options: OpenOptions = {},
): Promise<ClientDatabase> {
  const { plugin, options: pluginOptions, ...configured } = await resolvePlugin(config, options);
  const interval = options.lastSeenIntervalMs ?? milliseconds(configured.lastSeenUpdateInterval);
  const trusted = options.trustedCas ?? configured.trustedCas;
  const database = createDatabase(plugin, pluginOptions, {
    ...options,
    ...(trusted === undefined ? {} : { trustedCas: trusted }),
    ...(interval === undefined ? {} : { lastSeenIntervalMs: interval }),
    seal: options.seal ?? configured.seal,
  });
  await database.open();
  return database;
}

function milliseconds(seconds: number | undefined): number | undefined {
  return seconds === undefined ? undefined : 1000 * seconds;
}
