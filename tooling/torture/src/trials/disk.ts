/** The disk under a running node is full, read-only, gone, or answers a flush with an error. */
import { readFileSync } from "node:fs";
import { checkHistory } from "../history/check.ts";
import type { Ending } from "../history/check.ts";
import { DISK_FAULTS } from "../disk/faults.ts";
import type { DiskFault } from "../disk/faults.ts";
import type { MakeStore } from "../stores/store.ts";
import { failingAt } from "../strace.ts";
import type { Trial } from "../trial.ts";
import { Crew, ended } from "../workers/crew.ts";
import { endingOf } from "./final-state.ts";

const FAULTS = Object.keys(DISK_FAULTS) as [DiskFault, ...DiskFault[]];
const ERRORS = ["EIO", "ENOSPC", "EROFS", "EDQUOT", "EACCES"] as const;
const CALLS = 60;

/** `points`: the system calls of which a write is made, and which nothing but the store uses. */
export function disk(subject: string, makeStore: MakeStore, points: readonly [string, ...string[]]): Trial {
  return {
    name: "disk",
    subject,
    proves:
      "a full, read-only, vanished or failing disk is a clear error, never an unknown client; nothing is lost, " +
      "and work resumes by itself",
    run: async (budget) => {
      const { random } = budget;
      const tally = { rounds: 0, faults: 0, "failing system calls": 0, calls: 0, "refused calls": 0 };
      do {
        const store = await makeStore();
        using crew = new Crew();
        try {
          const task = {
            seed: random.seed(),
            place: store.place,
            ids: [],
            keys: ["pool-a", "pool-b"],
            atOnce: 3,
          };
          // Each once, in another order each time.
          const faults = random.shuffled(FAULTS);
          const inside = crew.start(
            { ...task, worker: "mounted", faults },
            { program: "faulty-disk", mounts: true },
          );
          await ended(inside, { killed: false });
          const mounted = JSON.parse(readFileSync(crew.resultOf("mounted"), "utf8")) as Ending;
          checkHistory(crew.history("mounted"), mounted, { staleMs: 0, firstIds: [] });

          const failing = await failingAt(random.pick(points), random.pick(ERRORS), random.int(1, CALLS));
          const worker = crew.start({ ...task, worker: "failing", calls: CALLS }, { through: failing });
          await ended(worker, { killed: false });
          checkHistory(crew.history("failing"), await endingOf(store.place), { staleMs: 0, firstIds: [] });

          const history = crew.history();
          tally.rounds += 1;
          tally.faults += faults.length;
          tally["failing system calls"] += 1;
          tally.calls += history.length;
          tally["refused calls"] += history.filter(
            ({ outcome }) => outcome !== undefined && "failed" in outcome,
          ).length;
        } finally {
          await store.dispose();
        }
      } while (budget.more(tally.rounds));
      return { tried: tally };
    },
  };
}
