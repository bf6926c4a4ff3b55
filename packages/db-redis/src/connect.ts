/** A connection to where the options say, or to what a server there says of itself. */
import { DbError, isDbError } from "@hivemind/db-core/backend";
import type { OnNotice } from "@hivemind/db-core/backend";
import { withCertificates } from "./certificates.ts";
import type { ReadyOptions } from "./certificates.ts";
import { Connection } from "./connection.ts";
import type { Reply } from "./connection.ts";
import { infoFields } from "./info-fields.ts";
import { makeRoute } from "./make-route.ts";
import type { RedisOptions } from "./options.ts";

/** So few that nobody notices; one of three nodes has all of them once in 43 million times. */
const PROBES = 16;

/** Absent where the server does not say, or this user may not ask. */
interface Self {
  readonly mode?: string | undefined;
  readonly role?: string | undefined;
}

export async function connect(given: RedisOptions, onNotice: OnNotice): Promise<Connection> {
  const options = withCertificates(given);
  const connection = new Connection(options, makeRoute(options));
  if (connection.topology !== "single") return connection;
  try {
    const { mode, role } = await introduction(connection);
    if (mode === "cluster") {
      await connection.close();
      // Also for the connections that are made after it with the same options.
      const ofCluster = { ...options, db: onlyDb(options), clusterNodes: [options] };
      return new Connection(ofCluster, makeRoute(ofCluster));
    }
    if (mode === "sentinel") {
      const message = `redis at ${connection.location} is a Sentinel: name it in sentinels, and its master in master_name`;
      throw new DbError("invalid", message);
    }
    if (role === "replica") {
      connection.isReplica = true;
      const message = `redis at ${connection.location} is a replica: it takes no writes, and nobody knows how old its answers are. Name the master`;
      onNotice({ code: "fallback", message });
    }
    return connection;
  } catch (error) {
    await connection.close();
    throw error;
  }
}

async function introduction(connection: Connection): Promise<Self> {
  return (
    (await permitted(() => hello(connection))) ??
    (await permitted(() => info(connection))) ??
    (await permitted(() => probed(connection))) ??
    {}
  );
}

async function hello(connection: Connection): Promise<Self> {
  const reply = (await connection.read("hello")) as readonly Reply[];
  const fields = new Map<string, string>();
  for (let i = 0; i + 1 < reply.length; i += 2) fields.set(String(reply[i]), String(reply[i + 1]));
  return { mode: fields.get("mode"), role: fields.get("role") };
}

async function info(connection: Connection): Promise<Self> {
  const fields = infoFields(String(await connection.read("info")));
  return {
    mode: fields.get("redis_mode") ?? fields.get("server_mode"),
    role: fields.get("role") === "slave" ? "replica" : fields.get("role"),
  };
}

/** Keys all over the slots: a node of a cluster does not have them all. */
async function probed(connection: Connection): Promise<Self> {
  try {
    for (let i = 0; i < PROBES; i += 1)
      await connection.read("exists", `${connection.options.indexPrefix}:hivemind:unused:${i}`);
  } catch (error) {
    if (isDbError(error) && error.code === "invalid") return { mode: "cluster" };
    throw error;
  }
  return {};
}

/** `undefined`: not allowed, or not known. */
async function permitted(ask: () => Promise<Self>): Promise<Self | undefined> {
  try {
    return await ask();
  } catch (error) {
    if (isDbError(error) && (error.code === "refused" || error.code === "corrupt")) return undefined;
    throw error;
  }
}

function onlyDb({ db }: ReadyOptions): number {
  if (db === 0) return db;
  throw new DbError("invalid", "db is not 0, and the server is a node of a cluster, which has no other one");
}
