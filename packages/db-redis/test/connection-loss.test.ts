/** A connection that dies or goes silent: in time, honest about what may have happened, and nothing twice. */
import type { ClientDatabase, DbError } from "@hivemind/db-core";
import { isDbError } from "@hivemind/db-core";
import { expect, test } from "vitest";
import { testServer } from "./support/test-server.ts";

const redis = testServer();

test(
  "a server that is stopped for 10 s: every call fails within the timeout, and work goes on by itself",
  { timeout: 40_000 },
  async () => {
    const timeout = 500;
    const db = await redis.open({ command_timeout_ms: timeout, connect_timeout_ms: timeout });
    await db.addClient({ accessKey: "key" });
    redis.server.pause();
    const end = performance.now() + 10_000;
    let asked = 0;
    let slowest = 0;

    while (performance.now() < end) {
      const started = performance.now();
      const [read, write] = await Promise.all([
        db.authenticate({ accessKey: "key" }).catch((error: DbError) => error.code),
        db.addClient({ accessKey: `unconfirmed-${asked}` }).catch((error: DbError) => error.code),
      ]);
      slowest = Math.max(slowest, performance.now() - started);
      asked += 1;
      expect(read).toBe("unreachable");
      expect(write).toMatch(/^(?:unconfirmed|unreachable)$/);
    }
    redis.server.resume();

    // A read is tried again within its time, and both wait for a connection first.
    expect(slowest).toBeLessThan(3 * timeout + 500);
    expect(asked).toBeGreaterThan(5);
    await expect
      .poll(() => db.authenticate({ accessKey: "key" }).catch(() => undefined))
      .toMatchObject({ allowed: true });
    const { client } = await db.addClient({ accessKey: "afterwards" });
    expect(client.id).toBe((await Array.fromAsync(db.listClients())).length);
    expect(await Array.fromAsync(db.verify())).toEqual([]);
  },
);

test(
  "every connection is killed at random under load: no write is done twice, and each that is unconfirmed says so",
  { timeout: 40_000 },
  async () => {
    const nodes = await Promise.all(
      Array.from({ length: 4 }, () => redis.open({ retry_delay: 0.005, retry_attempts: 20 })),
    );
    const [first] = nodes as [ClientDatabase];
    await first.addClient({ accessKey: "counter" });
    const end = performance.now() + 4000;
    let [added, repeated, counted, unsure] = [0, 0, 0, 0];

    const killing = async (): Promise<void> => {
      while (performance.now() < end) {
        const clients = String(await redis.admin.call("client", "list"));
        const mine = await redis.admin.client("ID");
        const ids = [...clients.matchAll(/^id=(\d+)/gm)]
          .map(([, id]) => Number(id))
          .filter((id) => id !== mine);
        for (const id of ids) if (Math.random() < 0.5) await redis.admin.call("client", "kill", "id", id);
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
    };
    const adding = async (db: ClientDatabase, name: string): Promise<void> => {
      for (let i = 0; performance.now() < end; i += 1) {
        const accessKey = `${name}-${i}`;
        let token: string | undefined;
        for (;;) {
          try {
            await db.addClient({ accessKey }, token === undefined ? {} : { token });
            added += 1;
            break;
          } catch (error) {
            if (isUnsure(error)) {
              token = error.token;
              repeated += 1;
            }
          }
        }
      }
    };
    const counting = async (db: ClientDatabase): Promise<void> => {
      while (performance.now() < end) {
        try {
          await db.updateClient(1, ({ metadata }) => ({
            metadata: { counter: Number(metadata["counter"] ?? 0) + 1 },
          }));
          counted += 1;
        } catch (error) {
          if (isUnsure(error)) unsure += 1;
        }
      }
    };
    await Promise.all([
      killing(),
      ...nodes.flatMap((db, i) => [adding(db, `a${i}`), adding(db, `b${i}`), counting(db)]),
    ]);

    const clients = await Array.fromAsync(first.listClients());
    expect(clients.map(({ id }) => id)).toEqual(Array.from({ length: added + 1 }, (_, i) => i + 1));
    const counter = Number(clients[0]?.metadata["counter"]);
    expect(counter).toBeGreaterThanOrEqual(counted);
    expect(counter).toBeLessThanOrEqual(counted + unsure);
    expect(repeated).toBeGreaterThan(0);
    expect(await Array.fromAsync(first.verify())).toEqual([]);
  },
);

/**
 * True where the write may have happened, false where it has not; everything else is a failure of the test.
 */
function isUnsure(error: unknown): error is DbError {
  if (isDbError(error) && error.code === "unreachable") return false;
  if (isDbError(error) && error.code === "unconfirmed") return true;
  throw error;
}
