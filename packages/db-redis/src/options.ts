/** The options of the Python plugin under its names, the same in camelCase, and ours. */
import { z } from "zod";
import type { Place } from "./address.ts";
import { addressIn } from "./url.ts";

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

const text = (what: string) =>
  z.string(what).refine((value) => value.isWellFormed() && !value.includes("\0"), what);
const milliseconds = (what: string) => z.number(what).positive(what).max(600_000, what);
const HOST = "a host name or an address (a URL goes into url)";
const PORT = "a port from 1 to 65535";
const PLACES = 'a list such as [{ "host": "redis.lan", "port": 6379 }]';
const DB = "the number of a database, from 0";
const SECONDS = "seconds, at most 60";
const REPLICAS = "a number of replicas, from 1";
const CERT_REQS = "required, optional or none";
const NOT_EMPTY = "a text that is not empty";

const host = text(HOST).refine((name) => /^[^\s/@]+$/.test(name), HOST);
const port = z.int(PORT).min(1, PORT).max(65_535, PORT);
const places = z.array(z.strictObject({ host, port: port.optional() }, PLACES), PLACES).min(1, PLACES);

const raw = {
  url: text("a URL such as redis://host:6379/0 or rediss://host:6379").optional(),
  // Its text stands in errors: a URL here would show its password.
  host: host.optional(),
  port: port.optional(),
  db: z.int(DB).min(0, DB).optional(),
  username: text("a user name").optional(),
  password: text("a text").optional(),
  index_prefix: text(NOT_EMPTY).min(1, NOT_EMPTY).optional(),
  sentinels: places.optional(),
  master_name: text(NOT_EMPTY).min(1, NOT_EMPTY).optional(),
  sentinel_username: text("a user name").optional(),
  sentinel_password: text("a text").optional(),
  sentinel_ssl: z.boolean("true or false").optional(),
  cluster_nodes: places.optional(),
  cluster_hash_tag: text("a text without braces")
    .refine((tag) => !/[{}]/.test(tag), "a text without braces")
    .optional(),
  max_connections: z.int("a number of connections").min(1, "a number of connections").optional(),
  retry_attempts: z
    .int("a number from 1 to 100")
    .min(1, "a number from 1 to 100")
    .max(100, "a number from 1 to 100")
    .optional(),
  retry_delay: z.number(SECONDS).min(0, SECONDS).max(60, SECONDS).optional(),
  use_ssl: z.boolean("true or false").optional(),
  ssl: z.boolean("true or false").optional(),
  ssl_certfile: text("the path of a file").optional(),
  ssl_keyfile: text("the path of a file").optional(),
  ssl_ca_certs: text("the path of a file").optional(),
  ssl_cert_reqs: z.enum(["required", "optional", "none"], CERT_REQS).optional(),
  ssl_check_hostname: z.boolean("true or false").optional(),
  // Python hubs share these with the other backends, or cache with them; they mean nothing here.
  api_key_cache_ttl: z.number("seconds").optional(),
  name: z.string("a text").optional(),
  subfolder: z.string("a text").optional(),
  connect_timeout_ms: milliseconds("milliseconds, above 0").optional(),
  command_timeout_ms: milliseconds("milliseconds, above 0").optional(),
  lease_ms: z
    .number("milliseconds from 50")
    .min(50, "milliseconds from 50")
    .max(60_000, "milliseconds up to 60000")
    .optional(),
  durability: z
    .strictObject(
      {
        replicas: z.int(REPLICAS).min(1, REPLICAS).max(100, REPLICAS),
        timeout_ms: milliseconds("milliseconds, above 0").optional(),
        timeoutMs: milliseconds("milliseconds, above 0").optional(),
      },
      "such as { replicas: 1, timeout_ms: 1000 }",
    )
    .optional(),
} as const;

type Raw = z.infer<z.ZodObject<typeof raw>>;
type RawName = keyof typeof raw;

const NAMES = Object.keys(raw) as readonly RawName[];
const camelCase = (name: string): string =>
  name.replaceAll(/_(.)/g, (_, letter: string) => letter.toUpperCase());
const CAMEL = new Map(NAMES.filter((name) => name.includes("_")).map((name) => [camelCase(name), name]));

const both = {
  ...raw,
  ...Object.fromEntries([...CAMEL].map(([camel, name]) => [camel, raw[name]])),
};

/** Names that mean the same: given twice with two values, nobody can tell which one is meant. */
const SAME: readonly (readonly [string, string])[] = [...CAMEL, ["ssl", "use_ssl"]];

export const redisOptions: z.ZodType<RedisOptions> = z
  .strictObject(both)
  .transform((given: Readonly<Record<string, unknown>>, context): RedisOptions => {
    const problem = (path: string, message: string): void =>
      void context.issues.push({ code: "custom", message, path: [path], input: undefined });
    for (const [one, other] of SAME) {
      if (given[one] === undefined || given[other] === undefined || given[one] === given[other]) continue;
      problem(one, `the same as ${other}, which is set too; set one of them`);
    }
    const named = Object.fromEntries(
      Object.entries(given).map(([name, value]) => [CAMEL.get(name) ?? name, value]),
    ) as Raw;
    return complete(named, problem);
  });

function complete(given: Raw, problem: (path: string, message: string) => void): RedisOptions {
  const url = given.url === undefined ? {} : addressIn(given.url);
  if (url === undefined) problem("url", "a URL such as redis://host:6379/0 or rediss://host:6379");
  for (const name of ["host", "port", "db", "username", "password"] as const) {
    const [inUrl, set] = [url?.[name], emptyIsNone(given[name])];
    if (inUrl === undefined || set === undefined || inUrl === set) continue;
    problem(name, "not what url says; set one of them");
  }
  const ssl = given.use_ssl ?? given.ssl;
  if (ssl === false && url?.tls === true) problem("use_ssl", "true, or a url that begins with redis://");
  if (ssl === true && url?.tls === false) problem("use_ssl", "false, or a url that begins with rediss://");
  const password = emptyIsNone(given.password) ?? url?.password;
  const username = emptyIsNone(given.username) ?? url?.username;
  if (password === undefined && username !== undefined && username !== "default") {
    problem("username", "left out where no password is set");
  }
  if ((given.ssl_certfile === undefined) !== (given.ssl_keyfile === undefined)) {
    problem(
      given.ssl_certfile === undefined ? "ssl_certfile" : "ssl_keyfile",
      "set: certificate and key belong together",
    );
  }
  contradictions(given, url?.db, problem);
  const tls = (ssl ?? url?.tls) === true ? tlsOf(given) : undefined;
  return {
    host: given.host ?? url?.host ?? "127.0.0.1",
    port: given.port ?? url?.port ?? 6379,
    db: given.db ?? url?.db ?? 0,
    username,
    password,
    indexPrefix: given.index_prefix ?? "client",
    hashTag: emptyIsNone(given.cluster_hash_tag),
    retryAttempts: given.retry_attempts ?? 3,
    retryDelayMs: 1000 * (given.retry_delay ?? 0.1),
    connectTimeoutMs: given.connect_timeout_ms ?? 5000,
    commandTimeoutMs: given.command_timeout_ms ?? 5000,
    leaseMs: given.lease_ms ?? 1000,
    durability: durabilityOf(given.durability, problem),
    tls,
    clusterNodes: given.cluster_nodes?.map((node) => ({ host: node.host, port: node.port ?? 6379 })),
    sentinels: sentinelsOf(given, tls),
  };
}

function durabilityOf(
  given: Raw["durability"],
  problem: (path: string, message: string) => void,
): Durability | undefined {
  if (given === undefined) return undefined;
  const { replicas, timeout_ms: snake, timeoutMs: camel } = given;
  if (snake !== undefined && camel !== undefined && snake !== camel)
    problem("durability", "timeout_ms and timeoutMs are the same; set one of them");
  // WAIT knows whole milliseconds, and takes 0 for ever.
  return { replicas, timeoutMs: Math.max(1, Math.round(snake ?? camel ?? 1000)) };
}

/** One server, Sentinels and a cluster: whoever names two of them would be right about one. */
function contradictions(
  given: Raw,
  urlDb: number | undefined,
  problem: (path: string, message: string) => void,
): void {
  const { cluster_nodes: nodes, sentinels, master_name: name } = given;
  if (sentinels !== undefined && nodes !== undefined) {
    problem("sentinels", "left out where cluster_nodes is set: a cluster needs no Sentinels");
  }
  const topology = nodes === undefined ? sentinels && "sentinels" : "cluster_nodes";
  for (const single of ["url", "host", "port"] as const) {
    if (topology === undefined || given[single] === undefined) continue;
    problem(single, `left out where ${topology} is set, which says where the servers are`);
  }
  if (nodes !== undefined && (given.db ?? urlDb ?? 0) !== 0) problem("db", "0: a cluster has no other one");
  if (sentinels !== undefined && name === undefined) {
    problem("master_name", "set: the name under which the Sentinels know the master");
  }
  for (const own of ["master_name", "sentinel_username", "sentinel_password", "sentinel_ssl"] as const) {
    if (sentinels === undefined && given[own] !== undefined)
      problem(own, "left out, or sentinels named with it");
  }
  if (
    emptyIsNone(given.sentinel_username) !== undefined &&
    emptyIsNone(given.sentinel_password) === undefined
  ) {
    problem("sentinel_username", "left out where no sentinel_password is set");
  }
}

function sentinelsOf(given: Raw, tls: TlsOptions | undefined): SentinelOptions | undefined {
  if (given.sentinels === undefined) return undefined;
  return {
    places: given.sentinels.map((place) => ({ host: place.host, port: place.port ?? 26_379 })),
    masterName: given.master_name ?? "",
    username: emptyIsNone(given.sentinel_username),
    password: emptyIsNone(given.sentinel_password),
    tls: (given.sentinel_ssl ?? tls !== undefined) ? (tls ?? tlsOf(given)) : undefined,
  };
}

function tlsOf(given: Raw): TlsOptions {
  const verify = given.ssl_cert_reqs !== "none";
  return {
    certFile: given.ssl_certfile,
    keyFile: given.ssl_keyfile,
    caFile: given.ssl_ca_certs,
    verify,
    checkHostname: verify && (given.ssl_check_hostname ?? true),
  };
}

/** An empty password, user name or tag means none, to Python hubs too. */
function emptyIsNone<T>(value: T | "" | undefined): T | undefined {
  return value === "" ? undefined : value;
}
