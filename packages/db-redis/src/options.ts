/** The options of the Python plugin under its names, the same in camelCase, and ours. */
import { z } from "zod";
import type { Place } from "./address.ts";
import { CAMEL, configBlock, SAME } from "./config-block.ts";
import type { ConfigBlock } from "./config-block.ts";
import { completeOptions } from "./complete-options.ts";

export interface RedisOptions {
  readonly host: string;
  readonly port: number;
  readonly db: number;
  readonly username: string | undefined;
  readonly password: string | undefined;
  readonly indexPrefix: string;
  readonly hashTag: string | undefined;
  /** How often a read is tried, and a lost connection, before a call fails. */
  readonly retryAttempts: number;
  readonly retryDelayMs: number;
  readonly connectTimeoutMs: number;
  readonly commandTimeoutMs: number;
  /** How long an answer may be kept without a proof that nothing has changed. */
  readonly leaseMs: number;
  /** What a write waits for; `undefined`: the master's word is enough. */
  readonly durability: Durability | undefined;
  readonly tls: TlsOptions | undefined;
  /** Some of the nodes of a cluster, from which the others are learnt. */
  readonly clusterNodes: readonly Place[] | undefined;
  readonly sentinels: SentinelOptions | undefined;
}

/** So many replicas have to have a write, within this time. */
export interface Durability {
  readonly replicas: number;
  readonly timeoutMs: number;
}

/** Sentinels, which say who the master is. */
export interface SentinelOptions {
  readonly places: readonly Place[];
  readonly masterName: string;
  readonly username: string | undefined;
  readonly password: string | undefined;
  readonly tls: TlsOptions | undefined;
}

export interface TlsOptions {
  readonly certFile: string | undefined;
  readonly keyFile: string | undefined;
  readonly caFile: string | undefined;
  /**
   * `required` and `optional` verify the server's certificate, which a server always has; `none` does not.
   */
  readonly verify: boolean;
  readonly checkHostname: boolean;
}

export const redisOptions: z.ZodType<RedisOptions> = z
  .strictObject(configBlock)
  .transform((given: Readonly<Record<string, unknown>>, context): RedisOptions => {
    const problem = (path: string, message: string): void =>
      void context.issues.push({ code: "custom", message, path: [path], input: undefined });
    for (const [one, other] of SAME) {
      if (given[one] === undefined || given[other] === undefined || given[one] === given[other]) continue;
      problem(one, `the same as ${other}, which is set too; set one of them`);
    }
    const named = Object.fromEntries(
      Object.entries(given).map(([name, value]) => [CAMEL.get(name) ?? name, value]),
    ) as ConfigBlock;
    return completeOptions(named, problem);
  });
