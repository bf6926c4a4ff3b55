/** Looking through a set or a hash page by page: all that was in it throughout, some of it more than once. */
import { DbError } from "@hivemind/db-core/backend";
import type { Connection } from "./connection.ts";
import type { Way } from "./route.ts";

/** A key is moved, or its server lost or replaced, once in a long while. */
const MOST_BEGINNINGS = 10;

/** `count`: about so many on a page; of a hash, field and value one after the other. */
export async function* keyPages(
  connection: Connection,
  command: "sscan" | "hscan",
  key: string,
  count: number,
): AsyncGenerator<readonly string[]> {
  for (let begun = 1; begun <= MOST_BEGINNINGS; begun += 1)
    if (yield* allPages(connection, command, key, count)) return;
  throw new DbError(
    "unreachable",
    `redis at ${connection.location}: the connection, or the server that has the clients, was another one again and again while they were read; try again`,
  );
}

/** `false`: another server answers now, or the same one anew. A cursor means something to the process that gave it. */
async function* allPages(
  connection: Connection,
  command: "sscan" | "hscan",
  key: string,
  count: number,
): AsyncGenerator<readonly string[], boolean> {
  let cursor = "0";
  let first: Way | undefined;
  do {
    const { reply, way } = await connection.readFrom(command, key, cursor, "count", count);
    first ??= way;
    if (way.link !== first.link || way.session !== first.session) return false;
    const [next, page] = reply as [string, readonly string[]];
    if (page.length > 0) yield page;
    cursor = next;
  } while (cursor !== "0");
  return true;
}
