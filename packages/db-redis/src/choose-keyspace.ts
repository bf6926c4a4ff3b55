/** Under which prefix the clients are: as the options say; in a cluster also where they have no hash tag yet. */
import type { OnNotice } from "@hivemind/db-core/backend";
import type { Connection } from "./connection.ts";
import { Keyspace } from "./keyspace.ts";
import type { ReadyOptions } from "./certificates.ts";
import { scanAll } from "./scan.ts";

/** What a new store in a cluster gets. */
const DEFAULT_TAG = "clients";

export async function chooseKeyspace(
  connection: Connection,
  { indexPrefix, hashTag }: ReadyOptions,
  onNotice: OnNotice,
): Promise<Keyspace> {
  const named = new Keyspace(indexPrefix, hashTag);
  connection.home = named.meta;
  if (connection.topology !== "cluster" || named.isTagged) return named;
  const tagged = new Keyspace(indexPrefix, DEFAULT_TAG);
  connection.home = tagged.meta;
  // One by one: they are with two nodes while they are moved.
  for (const key of [tagged.meta, tagged.schemaVersion, tagged.count, tagged.accessKeyRecords])
    if ((await connection.read("exists", key)) === 1) return tagged;
  for await (const page of scanAll(connection, named.pattern("client"))) {
    if (page.every((key) => named.member("client", key) === undefined)) continue;
    connection.home = named.meta;
    onNotice({
      code: "fallback",
      message: `the clients under ${named.prefix} have no hash tag, so the cluster keeps them in many places: they are found by looking at all of them, changes elsewhere are not told, and none can be added. Convert the store with hivemind-db convert, then set cluster_hash_tag`,
    });
    return named;
  }
  return tagged;
}
