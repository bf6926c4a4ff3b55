/** Reading keys that are with several nodes of a cluster: one by one, and so not of one moment. */
import { isDbError } from "@hivemind/db-core/backend";
import type { Connection, Reply } from "./connection.ts";
import type { Keyspace } from "./keyspace.ts";

/** What the script `READ` answers. A revocation is looked for last: it counts whatever the record says. */
export async function readSplit(
  connection: Connection,
  keys: Keyspace,
  names: readonly string[],
): Promise<[storeId: Reply, told: readonly Reply[]]> {
  const texts = await Promise.all(names.map((name) => text(connection, keys.client(name))));
  const revoked = await Promise.all(names.map((name) => connection.read("sismember", keys.revoked, name)));
  const told = names.flatMap((name, i) => {
    const [found, isRevoked] = [texts[i] ?? null, revoked[i] ?? 0];
    return found === null ? [] : [name, found, isRevoked];
  });
  return [(await connection.read("hget", keys.meta, "store_id")) ?? "", told];
}

/** "" for a key of another type, as the script has it. */
async function text(connection: Connection, key: string): Promise<Reply> {
  try {
    return await connection.read("get", key);
  } catch (error) {
    if (!isDbError(error) || error.code !== "corrupt") throw error;
    return "";
  }
}
