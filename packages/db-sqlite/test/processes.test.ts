import { once } from "node:events";
import { describe, expect, test, vi } from "vitest";
import { children, exited } from "./support/child.ts";
import { all, findings, hub } from "./support/hub.ts";

const PROCESSES = 16;
const CLIENTS_EACH = 500;

interface Acknowledged {
  readonly id: number;
  readonly accessKey: string;
}

describe("many processes on one file", () => {
  test(
    "16 processes adding 500 clients each end with 8,000 clients, 8,000 ids, none overwritten",
    { timeout: 120_000 },
    async () => {
      const { dataHome, open } = hub();

      const running = Array.from({ length: PROCESSES }, (_, i) =>
        children.fork("add-many", dataHome, {}, `p${i}`, String(CLIENTS_EACH)),
      );
      expect(await Promise.all(running.map(exited))).toEqual(running.map(() => 0));

      const db = await open();
      const clients = await all(db);
      const total = PROCESSES * CLIENTS_EACH;
      expect(clients.map(({ id }) => id)).toEqual(Array.from({ length: total }, (_, i) => i + 1));
      expect(new Set(clients.map(({ name }) => name)).size).toBe(total);
      expect(await findings(db)).toEqual([]);
    },
  );

  test("processes that make one encrypted store at once make one", { timeout: 60_000 }, async () => {
    const { dataHome, open } = hub();
    vi.stubEnv("HIVEMIND_TEST_PASSWORD", "a password");

    const running = Array.from({ length: 4 }, (_, i) =>
      children.fork("add-many", dataHome, {}, `p${i}`, "5"),
    );
    expect(await Promise.all(running.map(exited))).toEqual([0, 0, 0, 0]);

    const db = await open({ password: "a password" });
    expect((await all(db)).map(({ id }) => id)).toEqual(Array.from({ length: 20 }, (_, i) => i + 1));
  });

  test(
    "kill -9 amid writes, ten times: no acknowledged client is missing, and the file is whole",
    { timeout: 60_000 },
    async () => {
      const { dataHome, open } = hub();
      const acknowledged: Acknowledged[] = [];

      for (let round = 1; round <= 10; round += 1) {
        const child = children.fork("add-for-ever", dataHome);
        child.on("message", (message) => acknowledged.push(message as Acknowledged));
        // Killed at another moment of its next write in every round.
        for (let writes = 0; writes < round; writes += 1) await once(child, "message");
        child.kill("SIGKILL");
        expect(await exited(child)).toBe("SIGKILL");
      }

      const db = await open();
      await db.addClient({ name: "the next writer" });
      for (const { id, accessKey } of acknowledged) {
        expect(await db.authenticate({ accessKey })).toMatchObject({ allowed: true, client: { id } });
      }
      expect(acknowledged.length).toBeGreaterThanOrEqual(55);
      expect(await findings(db)).toEqual([]);
    },
  );
});
