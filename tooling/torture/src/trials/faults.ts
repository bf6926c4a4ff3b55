/** Nodes at work on a Redis while server and network fail; at last it is started again, empty. */
import { rmSync } from "node:fs";
import { join } from "node:path";
import { startRedis } from "../../../redis/src/main.ts";
import { netProxy } from "../../../test-support/src/net-proxy.ts";
import { checkHistory } from "../history/check.ts";
import { failureOf } from "../history/operation.ts";
import type { Operation } from "../history/operation.ts";
import { REDIS_FAULTS } from "../redis/faults.ts";
import type { RedisFault } from "../redis/faults.ts";
import type { Place } from "../stores/store.ts";
import { openPlace } from "../stores/store.ts";
import { promise } from "../trial.ts";
import type { Trial } from "../trial.ts";
import { Crew, ended } from "../workers/crew.ts";
import { atWork, FAILURES_OF_SERVERS, inTime, isTold, tookMs } from "./at-work.ts";
import { endingOf } from "./final-state.ts";

const PACKAGE = "@hivemind/db-redis";
const FAULTS = Object.keys(REDIS_FAULTS) as [RedisFault, ...RedisFault[]];
const WORKERS = ["a", "b"];
const TIMEOUT_MS = 300;
const ATTEMPTS = 2;
/** A change is a few commands, each tried so often; and the machine does other things too. */
const BOUND_MS = 3 * ATTEMPTS * 2 * TIMEOUT_MS + 1400;
/** Of whoever prepares, and looks afterwards. */
const PATIENT_MS = 5000;
const LONGEST_FAULT_MS = 500;
const FAILURES = [...FAILURES_OF_SERVERS, "full"];

export const faults: Trial = {
  name: "faults",
  subject: "redis",
  proves:
    "connections killed and cut, servers stopped, full, failing or emptied: every error is clear and in time, what " +
    "is acknowledged is there once, the rest as it was told, and work resumes by itself",
  run: async (budget) => {
    const { random } = budget;
    const tally = { rounds: 0, faults: 0, calls: 0, "failed calls": 0, unconfirmed: 0 };
    let slowest = 0;
    do {
      const config = { "repl-diskless-sync-delay": "0" };
      const server = await startRedis(config);
      const replica = await startRedis({ ...config, replicaof: `${server.host} ${server.port}` });
      const proxy = await netProxy(server);
      const place = placeOf(proxy.port);
      const patient = placeOf(server.port, PATIENT_MS);
      using crew = new Crew();
      try {
        const db = await openPlace(patient);
        const first = await db.addClients([{ name: "first-1" }, { name: "first-2" }, { name: "first-3" }]);
        const staleMs = db.info().guarantees.freshWithinMs ?? Infinity;
        await db.close();
        const ids = first.map(({ client }) => client.id);
        const task = { place, ids, keys: ["pool-a", "pool-b"], atOnce: 4 };
        const start = (worker: string) => crew.start({ ...task, worker, seed: random.seed() });

        const workers = WORKERS.map(start);
        await atWork(crew, WORKERS);
        for (const fault of random.shuffled(FAULTS)) {
          const scene = { server, replica, proxy, ms: random.int(50, LONGEST_FAULT_MS) };
          await REDIS_FAULTS[fault](scene);
          await atWork(crew, random.chance(50) ? WORKERS : [], fault);
        }
        await atWork(crew, WORKERS, "the last one");
        await Promise.all(
          workers.map((worker) => {
            worker.kill("SIGKILL");
            return ended(worker, { killed: true });
          }),
        );
        const history = crew.history();
        inTime(history, { failures: FAILURES, boundMs: BOUND_MS });
        checkHistory(history, await endingOf(patient), { staleMs, firstIds: ids });

        const left = start("left");
        await atWork(crew, ["left"]);
        await server.kill();
        // Of the snapshots.
        rmSync(join(server.folder, "dump.rdb"), { force: true });
        await server.start();
        const emptied = process.hrtime.bigint();
        await isTold(crew, "left", "missing-store");
        left.kill("SIGKILL");
        await ended(left, { killed: true });
        seesAnEmptiedServer(crew.history("left").filter((operation) => operation.start > emptied));

        tally.rounds += 1;
        tally.faults += FAULTS.length + 1;
        tally.calls += history.length;
        const failed = history.flatMap((operation) => failureOf(operation) ?? []);
        tally["failed calls"] += failed.length;
        tally.unconfirmed += failed.filter((code) => code === "unconfirmed").length;
        slowest = Math.max(slowest, ...history.map(tookMs));
      } finally {
        await proxy.close();
        await replica.stop();
        await server.stop();
      }
    } while (budget.more(tally.rounds));
    return { tried: tally, figures: { "ms of the slowest call": slowest } };
  },
};

function placeOf(port: number, timeoutMs = TIMEOUT_MS): Place {
  return {
    module: import.meta.resolve(PACKAGE),
    name: PACKAGE,
    options: {
      host: "127.0.0.1",
      port,
      connect_timeout_ms: timeoutMs,
      command_timeout_ms: timeoutMs,
      retry_attempts: ATTEMPTS,
      retry_delay: 0.02,
    },
    env: {},
  };
}

function seesAnEmptiedServer(operations: readonly Operation[]): void {
  const codes = operations.flatMap(({ call, outcome }) => {
    if (outcome === undefined) return [];
    promise(
      "failed" in outcome,
      () => `on an emptied server, ${call.do} was answered: ${JSON.stringify(outcome)}`,
    );
    return [outcome.failed];
  });
  const wrong = codes.find((code) => !["missing-store", "unreachable", "unconfirmed"].includes(code));
  promise(wrong === undefined, () => `on an emptied server, a call failed with ${wrong}`);
}
