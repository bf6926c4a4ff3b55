/** The options as the config has them: what each may be, and under which names. */
import { z } from "zod";

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

export type ConfigBlock = z.infer<z.ZodObject<typeof raw>>;

const NAMES = Object.keys(raw) as readonly (keyof typeof raw)[];
const camelCase = (name: string): string =>
  name.replaceAll(/_(.)/g, (_, letter: string) => letter.toUpperCase());
/** The names in camelCase, with the Python plugin's. */
export const CAMEL = new Map(
  NAMES.filter((name) => name.includes("_")).map((name) => [camelCase(name), name]),
);

/** Under every name. */
export const configBlock = {
  ...raw,
  ...Object.fromEntries([...CAMEL].map(([camel, name]) => [camel, raw[name]])),
};

/** Names that mean the same: given twice with two values, nobody can tell which one is meant. */
export const SAME: readonly (readonly [string, string])[] = [...CAMEL, ["ssl", "use_ssl"]];
