import type { BackendPlugin } from "../backend/contract.ts";
import { DbError } from "../errors.ts";
import { isPackageName, packageOf } from "./aliases.ts";
import type { NodeConfig, PlainConfig } from "./config.ts";
import { configSource, optionBlock } from "./config-source.ts";
import { defaultBackend } from "./default-backend.ts";
import { givenPlugins } from "./given-plugins.ts";
import { hideSecrets } from "./hide-secrets.ts";
import { installedPlugins } from "./installed-plugins.ts";
import { maskText } from "./mask-text.ts";
import type { Candidate, PluginSource } from "./plugin-source.ts";
import { prepareOptions } from "./prepare-options.ts";
import type { SealOptions } from "../sealing/keyring.ts";
import { sealOptions } from "./seal-options.ts";
import { searchRoots } from "./roots.ts";
import type { From } from "./roots.ts";
import { trustedCas } from "./trusted-cas.ts";

export interface ResolveOptions {
  /**
   * The node's own entry (`import.meta.url`), or folders: absolute paths or file URLs. Backends are looked for
   * from here, as from the folder of the config, the running script, and a working folder that is only ours.
   */
  readonly from?: From;
  /** Use one of these backends, and do not look on the disk: for bundlers and tests. */
  readonly plugins?: readonly BackendPlugin[];
}

export interface ResolvedPlugin {
  readonly plugin: BackendPlugin;
  /** What the plugin's `open` gets, frozen. Holds secrets; logs do not show it. */
  readonly options: unknown;
  /** PEM texts of the authorities that the config trusts, for `createDatabase`. */
  readonly trustedCas?: readonly string[];
  /** The keys for secrets at rest, for `createDatabase`; `undefined` where the config has none. Hidden likewise. */
  readonly seal: SealOptions | undefined;
  /** The npm package. */
  readonly moduleName: string;
  /** Where it is installed; `undefined` for a plugin that was given. */
  readonly folder: string | undefined;
  /** Seconds, as the config says; absent where it does not. */
  readonly lastSeenUpdateInterval?: number;
}

/**
 * Finds, loads and configures the backend that the config names, without opening it. `not-installed`,
 * `not-a-plugin` or `invalid`, with what to do about it.
 */
export async function resolvePlugin(
  config: NodeConfig | PlainConfig | string,
  { from, plugins }: ResolveOptions = {},
): Promise<ResolvedPlugin> {
  const source = await configSource(config);
  const pluginSource =
    plugins === undefined ? installedPlugins(await searchRoots(source.folder, from)) : givenPlugins(plugins);
  const { module } = source.database;
  const candidate = await (module === undefined
    ? defaultBackend(pluginSource, source)
    : namedBackend(pluginSource, module));
  const plugin = await candidate.load();
  const place = optionBlock(source, module ?? candidate.name, candidate.name);
  const options = await prepareOptions(plugin, place.block, place);
  const { lastSeenUpdateInterval: interval } = source;
  const trusted = await trustedCas(source);
  const resolved: ResolvedPlugin = {
    plugin,
    options,
    seal: await sealOptions(source),
    moduleName: candidate.name,
    folder: candidate.folder,
    ...(trusted === undefined ? {} : { trustedCas: trusted }),
    ...(interval === undefined ? {} : { lastSeenUpdateInterval: interval }),
  };
  return hideSecrets(resolved, (shown) => ({ ...shown, plugin: plugin.name, options: "hidden" }));
}

async function namedBackend(source: PluginSource, module: string): Promise<Candidate> {
  const candidate = await source.find(module);
  if (candidate !== undefined) return candidate;
  const name = packageOf(module);
  if (!isPackageName(name)) {
    const shown = JSON.stringify(maskText(module.slice(0, 100)));
    throw new DbError("invalid", `database.module: given ${shown}; it must be the name of an npm package`);
  }
  throw await source.notInstalled(name, name === module ? "" : `, which is what ${module} means here`);
}
