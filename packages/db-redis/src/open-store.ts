/** Opening: is there a store, and one that this release knows? Nothing is written. */
import { DbError, isDbError } from "@hivemind/db-core/backend";
import type { Backend, BackendHost } from "@hivemind/db-core/backend";
import { chooseKeyspace } from "./choose-keyspace.ts";
import { connect } from "./connect.ts";
import type { Connection } from "./connection.ts";
import { Feed } from "./feed.ts";
import type { Keyspace } from "./keyspace.ts";
import type { RedisOptions } from "./options.ts";
import { RecordReader } from "./record-reader.ts";
import { RedisBackend } from "./redis-backend.ts";
import { SeenTexts } from "./seen-texts.ts";
import { StoreIdentity } from "./store-identity.ts";

export async function openStore(options: RedisOptions, host: BackendHost): Promise<Backend> {
  const connection = await connect(options, host.onNotice);
  try {
    return await openOver(connection, host);
  } catch (error) {
    await connection.close();
    throw error;
  }
}

async function openOver(connection: Connection, host: BackendHost): Promise<Backend> {
  const { options } = connection;
  const keys = await chooseKeyspace(connection, options, host.onNotice);
  const identity = new StoreIdentity(connection, keys);
  const seen = new SeenTexts();
  const reader = new RecordReader(connection, keys, identity, seen);
  try {
    await identity.look();
    const isThere = identity.storeId !== undefined || (await hasReadableRecord(reader, keys));
    if (!isThere && !host.create) throw missing(connection, keys);
    if (!isThere && identity.isUnmarked) identity.setNew(true);
    if (isThere && identity.storeId === undefined) identity.setForeign(() => hasReadableRecord(reader, keys));
    if (identity.schema === 1) host.onNotice(SCHEMA_1);
  } catch (error) {
    // Only what verifies can say what is damaged, and mend it. All else that is asked answers this error.
    if (!isDbError(error) || error.code !== "corrupt") throw error;
    host.onNotice({ code: "fallback", message: `${error.message}. Until it is repaired nothing is served` });
  }
  const feed = new Feed({ options, connection, keys, reader, seen, onNotice: host.onNotice });
  return new RedisBackend({ options, connection, keys, identity, reader, feed, onNotice: host.onNotice });
}

const SCHEMA_1 = {
  code: "fallback",
  message:
    "the store has schema 1, and its hubs give every client without allowed types their default types. Stop these hubs, then migrate the store",
} as const;

async function hasReadableRecord(reader: RecordReader, keys: Keyspace): Promise<boolean> {
  for await (const key of reader.scan(keys.pattern("client"))) {
    const name = keys.member("client", key);
    const found = name === undefined ? undefined : (await reader.peek([name])).get(name);
    if (found?.entry.record !== undefined) return true;
  }
  return false;
}

function missing({ location }: Connection, { prefix }: Keyspace): DbError {
  return new DbError(
    "missing-store",
    `there is no store with clients under ${prefix} in redis at ${location}: are host, port, db and index_prefix right? Adding a client makes one`,
  );
}
