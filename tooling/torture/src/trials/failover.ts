/** Nodes at work while the master of the clients is killed, stopped, or gives its slot away. */
import { checkHistory } from "../history/check.ts";
import { confirmedOnly } from "../history/confirmed.ts";
import { failureOf } from "../history/operation.ts";
import type { Topology } from "../redis/topologies.ts";
import { openPlace } from "../stores/store.ts";
import type { Place } from "../stores/store.ts";
import type { Trial } from "../trial.ts";
import { Crew, ended } from "../workers/crew.ts";
import { atWork, FAILURES_OF_SERVERS, inTime, tookMs } from "./at-work.ts";
import { endingOf } from "./final-state.ts";

const PACKAGE = "@hivemind/db-redis";
const WORKERS = ["a", "b"];
const STRIKES = 4;
const TIMEOUT_MS = 2000;
const CONFIRMED_MS = 500;
/** A master begins to send to a new replica up to a second after it has copied everything. */
const PATIENT_MS = 5000;
const BOUND_MS = 10_000 + 2 * TIMEOUT_MS + 1000;

export interface FailoverOptions {
  /** What a master has not told its replica is lost with it: only what was confirmed is certain. */
  readonly losesUnconfirmed: boolean;
}

export function failover(
  subject: string,
  makeTopology: () => Promise<Topology>,
  { losesUnconfirmed }: FailoverOptions,
): Trial {
  return {
    name: losesUnconfirmed ? "failover" : "slot migration",
    subject,
    proves: losesUnconfirmed
      ? "the master is killed or stopped again and again: what replicas have confirmed is there, and work resumes"
      : "the slot of the clients moves under load: every history is linearizable, and work resumes",
    run: async (budget) => {
      const { random } = budget;
      const tried = { rounds: 0, strikes: 0, calls: 0, "failed calls": 0, unconfirmed: 0 };
      const strikes = budget.seconds === undefined ? 1 : STRIKES;
      let slowest = 0;
      do {
        const topology = await makeTopology();
        const place = placeOf(topology, losesUnconfirmed, CONFIRMED_MS);
        using crew = new Crew();
        try {
          const db = await openPlace(placeOf(topology, losesUnconfirmed, PATIENT_MS));
          const first = await db.addClients([{ name: "first-1" }, { name: "first-2" }, { name: "first-3" }]);
          const staleMs = db.info().guarantees.freshWithinMs ?? 0;
          await db.close();
          const ids = first.map(({ client }) => client.id);
          const task = { place, ids, keys: ["pool-a", "pool-b"], atOnce: 4 };
          const workers = WORKERS.map((worker) => crew.start({ ...task, worker, seed: random.seed() }));
          await atWork(crew, WORKERS);
          for (let strike = 1; strike <= strikes; strike += 1) {
            await topology.strike({ kills: random.chance(50) });
            await atWork(crew, WORKERS, `strike ${strike}`);
          }
          await Promise.all(
            workers.map((worker) => {
              worker.kill("SIGKILL");
              return ended(worker, { killed: true });
            }),
          );
          const history = crew.history();
          inTime(history, { failures: FAILURES_OF_SERVERS, boundMs: BOUND_MS });
          const certain = losesUnconfirmed ? confirmedOnly(history) : history;
          checkHistory(certain, await endingOf(place), { staleMs, firstIds: ids });

          const failed = history.flatMap((operation) => failureOf(operation) ?? []);
          tried.rounds += 1;
          tried.strikes += strikes;
          tried.calls += history.length;
          tried["failed calls"] += failed.length;
          tried.unconfirmed += failed.filter((code) => code === "unconfirmed").length;
          slowest = history.reduce((most, operation) => Math.max(most, tookMs(operation)), slowest);
        } finally {
          await topology.stop();
        }
      } while (budget.more(tried.rounds));
      return { tried, figures: { "ms of the slowest call": slowest } };
    },
  };
}

function placeOf({ options }: Topology, isConfirmed: boolean, confirmedMs: number): Place {
  const timeouts = { command_timeout_ms: TIMEOUT_MS, connect_timeout_ms: TIMEOUT_MS, retry_delay: 0.02 };
  const durability = isConfirmed ? { durability: { replicas: 1, timeout_ms: confirmedMs } } : {};
  return {
    module: import.meta.resolve(PACKAGE),
    name: PACKAGE,
    options: { ...options, ...timeouts, ...durability },
    env: {},
  };
}
