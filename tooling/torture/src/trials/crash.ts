/**
 * Workers killed with -9: at random moments, and at the very system calls that make up a write. Others go on
 * where they left off, on the same store; at the end everything acknowledged is there, and nothing in part.
 */
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import { checkHistory } from "../history/check.ts";
import type { Random } from "../random.ts";
import { openPlace } from "../stores/store.ts";
import type { MakeStore, Store } from "../stores/store.ts";
import { killedAt } from "../strace.ts";
import type { Trial } from "../trial.ts";
import { Crew, ended } from "../workers/crew.ts";
import type { Task } from "../workers/task.ts";
import { endingOf } from "./final-state.ts";

const KEYS = ["pool-a", "pool-b"];
const GENERATIONS = 3;
/** Long enough for a few calls, short enough for many kills. */
const LATEST_KILL_MS = 150;
/** Where a chosen call never comes, the worker ends by itself. */
const MOST_CALLS = 150;

/** `points`: the system calls of which a write to this store is made. */
export function crash(subject: string, makeStore: MakeStore, points: readonly [string, ...string[]]): Trial {
  return {
    name: "crash",
    subject,
    proves: "after kill -9 every acknowledged change is there, none in part, and the store verifies",
    run: async (budget) => {
      const tally = { rounds: 0, killed: 0, "killed inside a write": 0, calls: 0, unfinished: 0 };
      do {
        const store = await makeStore();
        using crew = new Crew();
        try {
          const db = await openPlace(store.place);
          const first = await db.addClients([{ name: "first-1" }, { name: "first-2" }]);
          const staleMs = db.info().guarantees.freshWithinMs ?? Infinity;
          await db.close();
          const ids = first.map(({ client }) => client.id);
          for (let generation = 1; generation <= GENERATIONS; generation += 1) {
            const killed = await killAll(crew, store, ids, generation, budget.random, points);
            tally.killed += killed.length;
            tally["killed inside a write"] += killed.filter((how) => how === "inside").length;
          }
          const history = crew.history();
          checkHistory(history, await endingOf(store.place), { staleMs, firstIds: ids });
          tally.rounds += 1;
          tally.calls += history.length;
          tally.unfinished += history.filter(({ outcome }) => outcome === undefined).length;
        } finally {
          await store.dispose();
        }
      } while (budget.more(tally.rounds));
      return { tried: tally };
    },
  };
}

async function killAll(
  crew: Crew,
  { place }: Store,
  ids: readonly number[],
  generation: number,
  random: Random,
  points: readonly [string, ...string[]],
): Promise<readonly ("anywhere" | "inside")[]> {
  const task = (name: string): Omit<Task, "journal"> => ({
    worker: `${name}${generation}`,
    seed: random.seed(),
    place,
    ids,
    keys: KEYS,
    atOnce: 3,
  });
  const anywhere = ["a", "b"].map((name) => crew.start(task(name)));
  const inside = crew.start(
    { ...task("c"), calls: MOST_CALLS },
    { through: await killedAt(random.pick(points), random.int(1, MOST_CALLS)) },
  );
  await Promise.all(anywhere.map((worker) => killLater(worker, random.int(0, LATEST_KILL_MS))));
  await ended(inside, { killed: true });
  return ["anywhere", "anywhere", ...(inside.exitCode === 0 ? [] : (["inside"] as const))];
}

async function killLater(worker: ChildProcess, ms: number): Promise<void> {
  // Its first message says that it has opened the store.
  await Promise.race([once(worker, "message"), once(worker, "exit")]);
  await delay(ms);
  worker.kill("SIGKILL");
  await ended(worker, { killed: true });
}
