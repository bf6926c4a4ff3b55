/** Cheap enough for a container's HEALTHCHECK: a handful of small questions to the server, six at most. */
import { isDbError } from "@hivemind/db-core/backend";
import type { Health, Json } from "@hivemind/db-core/backend";
import { infoFields } from "./info-fields.ts";
import type { RedisStore } from "./redis-backend.ts";

type Details = Readonly<Record<string, Json>>;

export async function redisHealth(store: RedisStore): Promise<Health> {
  const { connection, keys, feed, identity } = store;
  const base: Details = { location: connection.location, prefix: keys.prefix, ...feedDetails(store) };
  try {
    const askedAt = performance.now();
    await identity.look();
    const latencyMs = Math.round((performance.now() - askedAt) * 1000) / 1000;
    const server = await serverDetails(store);
    const kept = await persistence(store);
    const known = { ...base, schema: identity.schema, latencyMs, ...server };
    const details = { ...known, persistence: kept, ...confirmation(store) };
    if (server["role"] === "slave") {
      return {
        ok: false,
        message: `${connection.location} is a replica and takes no writes: name the master`,
        details,
      };
    }
    const feedNote =
      feed.state === "down" ? "; it does not tell of changes, so nothing is answered from memory" : "";
    const message = `redis at ${connection.location} answers${feedNote}`;
    return { ok: true, message, details, warnings: warningsOf(server, kept) };
  } catch (error) {
    if (!isDbError(error)) throw error;
    return { ok: false, message: error.message, details: { ...base, code: error.code } };
  }
}

function feedDetails({ connection, feed, options }: RedisStore): Details {
  const provenAt = feed.provenAt;
  const { addedMs, why } = connection.freshness;
  return {
    topology: connection.topology,
    freshWithinMs: addedMs === null ? null : options.leaseMs + addedMs,
    freshBecause: addedMs === null ? `not bounded: ${why}` : why,
    feed: feed.state,
    feedProvenMsAgo: provenAt === undefined ? null : Math.round(performance.now() - provenAt),
    leaseMs: options.leaseMs,
  };
}

/** INFO is not needed for anything else, so a user without it is well too. */
async function serverDetails({ connection, identity }: RedisStore): Promise<Details> {
  try {
    return describe(infoFields(String(await connection.read("info"))));
  } catch (error) {
    if (!isDbError(error) || error.code !== "refused") throw error;
    await identity.look();
    return { server: "unknown: this user may not use INFO" };
  }
}

function describe(info: ReadonlyMap<string, string>): Details {
  const number = (name: string): Json => (info.has(name) ? Number(info.get(name)) : null);
  const isValkey = info.has("valkey_version");
  return {
    server: isValkey ? "valkey" : "redis",
    version: info.get("valkey_version") ?? info.get("redis_version") ?? null,
    role: info.get("role") ?? null,
    connectedReplicas: number("connected_slaves"),
    usedMemoryBytes: number("used_memory"),
    maxMemoryBytes: number("maxmemory"),
    // Anything but noeviction may throw clients away when memory is short.
    evictionPolicy: info.get("maxmemory_policy") ?? null,
    lastSaveOk: info.get("rdb_last_bgsave_status") === "ok" && info.get("aof_last_write_status") !== "err",
    changesSinceLastSave: number("rdb_changes_since_last_save"),
  };
}

const NOTHING_KEPT = "none: everything is lost when the server ends. Set appendonly yes";

/** With these settings clients can go without anybody's doing. */
function warningsOf(
  { evictionPolicy: policy, maxMemoryBytes: most }: Details,
  kept: string,
): readonly string[] {
  const warnings: string[] = [];
  if (kept === NOTHING_KEPT)
    warnings.push("Redis keeps nothing on a disk: all clients are lost when it ends. Set appendonly yes.");
  if (typeof most === "number" && most > 0 && typeof policy === "string" && policy !== "noeviction")
    warnings.push(
      `Redis throws keys away where memory is short (maxmemory-policy ${policy}), clients too. Set maxmemory-policy noeviction.`,
    );
  return warnings;
}

const SURVIVES: Readonly<Record<string, string>> = {
  always:
    "AOF, flushed before every answer: an acknowledged write survives a crash of the server and a power cut",
  everysec:
    "AOF, flushed every second: a power cut or a crash of the machine may lose the last second or two",
  no: "AOF, flushed by the operating system: a power cut may lose the last half minute",
};

function confirmation({ connection, options: { durability } }: RedisStore): Details {
  if (durability === undefined) {
    const isAlone = connection.topology === "single";
    return { durability: `the primary alone${isAlone ? "" : ": a failover may lose the last writes"}` };
  }
  const { replicas, timeoutMs } = durability;
  return {
    durability: `an acknowledged write is in the memory of ${replicas} ${replicas === 1 ? "replica" : "replicas"}: it survives a failover to one that has it; unconfirmed after ${timeoutMs} ms`,
  };
}

/** What an acknowledged write survives is the server's to decide. */
async function persistence({ connection }: RedisStore): Promise<string> {
  try {
    const setting = async (name: string): Promise<string | undefined> =>
      ((await connection.read("config", "get", name)) as readonly string[])[1];
    const [appendOnly, flushed, save] = [
      await setting("appendonly"),
      await setting("appendfsync"),
      await setting("save"),
    ];
    if (appendOnly === "yes")
      return SURVIVES[flushed ?? ""] ?? `AOF (${flushed ?? "flushed as the server does not say"})`;
    // Some hosted servers answer CONFIG GET with an empty list.
    if (appendOnly === undefined || save === undefined) return "unknown: the server does not say";
    if (save === "") return NOTHING_KEPT;
    return `RDB (${save}): a crash loses what was written since the last snapshot. Set appendonly yes`;
  } catch (error) {
    // Hosted servers keep CONFIG to themselves.
    if (!isDbError(error) || (error.code !== "refused" && error.code !== "corrupt")) throw error;
    return "unknown: this user may not use CONFIG GET";
  }
}
