import { rmSync } from "node:fs";
import { setImmediate as turn, setTimeout as delay } from "node:timers/promises";
import { isDbError } from "@hivemind/db-core";
import type { ClientDatabase } from "@hivemind/db-core";
import { describe, expect, test } from "vitest";
import { seeded } from "../../torture/src/random.ts";
import { runRounds } from "../src/rounds.ts";
import { silences } from "../src/silences.ts";
import { COMMAND_TIMEOUT_MS, KINDS, LEASE_MS, subject } from "../src/subject.ts";

/** Above the timeouts of connection and command, for a busy machine. */
const PATIENCE_MS = COMMAND_TIMEOUT_MS + 2000;

/** A client whose answers are in memory. */
async function known(node: ClientDatabase, accessKey: string): Promise<void> {
  await until(async () => (await node.authenticate({ accessKey })).allowed);
  await turn();
}

/** Errors are no answer yet. */
async function until(isSo: () => Promise<boolean>): Promise<void> {
  const end = performance.now() + PATIENCE_MS;
  while (!(await isSo().catch(() => false))) {
    if (performance.now() > end) throw new Error(`not so after ${PATIENCE_MS} ms`);
    await delay(5);
  }
}

/** Asked what is in memory, and what is not: how many of the calls were errors. */
async function failures(node: ClientDatabase, accessKey: string, id: number) {
  const started = performance.now();
  await turn();
  const calls = await Promise.allSettled([
    node.authenticate({ accessKey }),
    node.authorize(id, { do: "escalate" }),
    node.authenticate({ accessKey: "nobody" }),
  ]);
  const errors = calls.filter((call) => call.status === "rejected" && isDbError(call.reason)).length;
  return { errors, inTime: performance.now() - started < PATIENCE_MS };
}

const ALL_FAIL = { errors: 3, inTime: true };

describe.concurrent("Redis that cannot be heard", () => {
  test(
    "a silent network: memory for the lease, then errors in bounded time, then what was revoked",
    { timeout: 30_000 },
    async () => {
      await using tried = await subject("redis");
      const { node, revoker, proxy } = tried;
      const [id = 0] = await revoker.add(["key"]);
      await known(node, "key");

      proxy?.silence();
      await revoker.revoke(id);
      await delay(LEASE_MS);
      expect(await failures(node, "key", id)).toEqual(ALL_FAIL);
      proxy?.resume();

      await until(async () => !(await node.authenticate({ accessKey: "key" })).allowed);
    },
  );

  test("a server that is stopped, and one that is killed", { timeout: 30_000 }, async () => {
    await using tried = await subject("redis");
    const { node, revoker, server } = tried;
    const [id = 0] = await revoker.add(["key"]);
    await known(node, "key");

    server?.pause();
    await delay(LEASE_MS);
    expect(await failures(node, "key", id)).toEqual(ALL_FAIL);
    server?.resume();
    await known(node, "key");

    await server?.kill();
    await delay(LEASE_MS);
    expect(await failures(node, "key", id)).toEqual(ALL_FAIL);
  });

  test(
    "300 rounds on a network that goes silent and is cut: no allow beyond the bound",
    { timeout: 90_000 },
    async () => {
      await using tried = await subject("redis");
      const trouble = silences(tried.proxy, seeded(7), { everyMs: LEASE_MS, forMs: 2 * LEASE_MS });

      const outcome = await runRounds({ ...tried, random: seeded(7), rounds: 300, trouble });

      expect(outcome.stale).toEqual([]);
      expect(outcome.slowestMs).toBeLessThan(PATIENCE_MS);
      expect(outcome.errors + outcome.denials).toBeGreaterThan(0);
    },
  );
});

describe.concurrent("files", () => {
  test.for(["json", "sqlite"] as const)(
    "%s that is deleted is an error at the next call",
    { timeout: 30_000 },
    async (kind) => {
      await using tried = await subject(kind);
      const { node, revoker, place } = tried;
      const [id = 0] = await revoker.add(["key"]);
      await known(node, "key");

      rmSync(place.env["XDG_DATA_HOME"] ?? "", { recursive: true });

      expect(await failures(node, "key", id)).toEqual(ALL_FAIL);
    },
  );
});

describe.concurrent("whoever revokes", () => {
  test.for(KINDS)(
    "on %s, stopped or killed amid it, holds up no answer",
    { timeout: 30_000 },
    async (kind) => {
      await using tried = await subject(kind);
      const { node, revoker } = tried;
      const [id = 0, other = 0] = await revoker.add(["key", "other"]);
      await known(node, "key");
      await known(node, "other");
      process.kill(revoker.pid, "SIGSTOP");
      const revoking = revoker.revoke(id).catch(() => "killed");
      await turn();
      expect(await node.authenticate({ accessKey: "other" })).toMatchObject({ allowed: true });
      expect(await node.authorize(other, { do: "escalate" })).toMatchObject({ allowed: true });

      process.kill(revoker.pid, "SIGCONT");
      await revoker.kill();

      await revoking;
      await delay(kind === "redis" ? LEASE_MS : 0);
      const { revoked } = (await node.getClient(id)) ?? {};
      expect((await node.authenticate({ accessKey: "key" })).allowed).toBe(revoked === false);
    },
  );
});
