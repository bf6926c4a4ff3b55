/** From what the config says to what the backend works with. */
import type { ConfigBlock } from "./config-block.ts";
import type { Durability, RedisOptions, SentinelOptions, TlsOptions } from "./options.ts";
import { addressIn } from "./url.ts";

type Problem = (path: string, message: string) => void;

/** The options with their defaults; `problem` is told of what contradicts itself. */
export function completeOptions(given: ConfigBlock, problem: Problem): RedisOptions {
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

function durabilityOf(given: ConfigBlock["durability"], problem: Problem): Durability | undefined {
  if (given === undefined) return undefined;
  const { replicas, timeout_ms: snake, timeoutMs: camel } = given;
  if (snake !== undefined && camel !== undefined && snake !== camel)
    problem("durability", "timeout_ms and timeoutMs are the same; set one of them");
  // WAIT knows whole milliseconds, and takes 0 for ever.
  return { replicas, timeoutMs: Math.max(1, Math.round(snake ?? camel ?? 1000)) };
}

/** One server, Sentinels and a cluster: whoever names two of them would be right about one. */
function contradictions(given: ConfigBlock, urlDb: number | undefined, problem: Problem): void {
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

function sentinelsOf(given: ConfigBlock, tls: TlsOptions | undefined): SentinelOptions | undefined {
  if (given.sentinels === undefined) return undefined;
  return {
    places: given.sentinels.map((place) => ({ host: place.host, port: place.port ?? 26_379 })),
    masterName: given.master_name ?? "",
    username: emptyIsNone(given.sentinel_username),
    password: emptyIsNone(given.sentinel_password),
    tls: (given.sentinel_ssl ?? tls !== undefined) ? (tls ?? tlsOf(given)) : undefined,
  };
}

function tlsOf(given: ConfigBlock): TlsOptions {
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
