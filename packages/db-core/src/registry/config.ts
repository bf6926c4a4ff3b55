/** The node's config as far as the client database is concerned. */
import type { JsonObject } from "../json.ts";

/** What `server.json` says. Logged or turned into JSON it shows no secret; `document` itself has them all. */
export interface NodeConfig {
  /** The file, absolute. */
  readonly path: string;
  /** `false`: there is no such file, and everything is at its default. */
  readonly exists: boolean;
  /** The file's folder: relative paths in the config start here. */
  readonly folder: string;
  /** The whole file, untouched, with all blocks that are none of our business. */
  readonly document: JsonObject;
  readonly database: DatabaseConfig;
  /** Seconds by which the last-seen write may be delayed. */
  readonly lastSeenUpdateInterval?: number;
  /** What an operator's own passphrase needs, in bits of entropy. */
  readonly minPasswordBits: number;
}

export interface DatabaseConfig {
  /** The npm package of the backend, or the name that Python hubs have for it. */
  readonly module?: string;
  /** The blocks of options, by the name of the plugin that they are for. */
  readonly blocks: { readonly [module: string]: unknown };
  /** The keys for secrets at rest, or where they are. */
  readonly seal?: unknown;
}

/** The same as in `server.json`, as a plain object. Options that JSON cannot hold are passed on as they are. */
export interface PlainConfig {
  readonly database: { readonly [key: string]: unknown };
  readonly [block: string]: unknown;
}

export function isNodeConfig(config: NodeConfig | PlainConfig): config is NodeConfig {
  return "folder" in config && "document" in config && "exists" in config;
}
