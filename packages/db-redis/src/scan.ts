/**
 * Looking through all keys, page by page: every one that matches and exists throughout, some of them more than once. A
 * page is what one step of the server finds, which may be nothing.
 */
import { setTimeout as delay } from "node:timers/promises";
import { failure } from "./after-failure.ts";
import { withSession } from "./connection.ts";
import type { Connection } from "./connection.ts";
import type { Way } from "./route.ts";
import { LostConnection, NotSent } from "./server-link.ts";

/** Keys that are all in the slot of the clients. */
export async function* scan(connection: Connection, pattern: string): AsyncGenerator<readonly string[]> {
  yield* untilSure(
    connection,
    () => connection.homes(),
    async function* (homes) {
      const { epoch } = connection;
      for (const home of homes) yield* scanOne(connection, home, pattern);
      // What was moved meanwhile may have been nowhere when it was looked for: but for a move that was known of.
      const isSame = homes.length > 1 || connection.epoch === epoch;
      return isSame && isEndOf(homes, await connection.homes());
    },
  );
}

/** Keys without a hash tag: in a cluster they are with all masters. */
export async function* scanAll(connection: Connection, pattern: string): AsyncGenerator<readonly string[]> {
  if (connection.topology !== "cluster") {
    yield* scan(connection, pattern);
    return;
  }
  yield* untilSure(
    connection,
    async () => connection.epoch,
    async function* (epoch) {
      const members = await connection.members();
      // Twice: what is moved from one to another one meanwhile can be missed once.
      for (let pass = 1; pass <= 2; pass += 1)
        for (const { link } of members) yield* scanOne(connection, { link, session: link.session }, pattern);
      // Whoever has joined meanwhile may have been given keys.
      const known = new Set(members.map(({ link }) => link.location));
      const isKnown = ({ link }: Way): boolean => known.has(link.location);
      return (await connection.members()).every(isKnown) && connection.epoch === epoch;
    },
  );
}

/** `pass` answers whether it has seen all of them. */
async function* untilSure<T>(
  { options }: Connection,
  begin: () => Promise<T>,
  pass: (begun: T) => AsyncGenerator<readonly string[], boolean>,
): AsyncGenerator<readonly string[]> {
  for (let failures = 1; ; failures += 1) {
    const begun = await begin();
    try {
      if (yield* pass(begun)) return;
    } catch (error) {
      const isLost = error instanceof LostConnection || error instanceof NotSent;
      if (!isLost || failures >= options.retryAttempts) throw error;
      await delay(options.retryDelayMs);
    }
  }
}

/** A cursor means something to the process that gave it, and to no other one. */
async function* scanOne(
  connection: Connection,
  { link, session }: Way,
  pattern: string,
): AsyncGenerator<readonly string[]> {
  let cursor = "0";
  do {
    const command = ["scan", cursor, "match", pattern, "count", 1000] as const;
    const reply = await link.send(command, withSession({}, session)).catch((error: unknown) => {
      throw failure(error, connection, {});
    });
    const [next, keys] = reply as readonly [string, readonly string[]];
    yield keys;
    cursor = next;
  } while (cursor !== "0");
}

/** Everything that was there throughout was found: it can only have gone from one of them to the next. */
function isEndOf(before: readonly Way[], after: readonly Way[]): boolean {
  const end = before.slice(-after.length);
  return end.length === after.length && end.every(({ link }, i) => link === after[i]?.link);
}
