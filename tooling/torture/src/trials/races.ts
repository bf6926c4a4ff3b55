/** Several processes, many calls at once on few clients: is there an order that explains every outcome? */
import { checkHistory } from "../history/check.ts";
import type { MakeStore } from "../stores/store.ts";
import { openPlace } from "../stores/store.ts";
import type { Trial } from "../trial.ts";
import { Crew, ended } from "../workers/crew.ts";
import { endingOf } from "./final-state.ts";

const WORKERS = 3;
const KEYS = ["pool-a", "pool-b", "pool-c"];

export function races(subject: string, makeStore: MakeStore, callsEach: number): Trial {
  return {
    name: "races",
    subject,
    proves: "every history is linearizable: each client, the ids, the access keys",
    run: async (budget) => {
      const tally = { rounds: 0, calls: 0, unconfirmed: 0 };
      do {
        const store = await makeStore();
        using crew = new Crew();
        try {
          const db = await openPlace(store.place);
          const staleMs = db.info().guarantees.freshWithinMs ?? Infinity;
          const first = await db.addClients([{ name: "first-1" }, { name: "first-2" }, { name: "first-3" }]);
          await db.close();
          const ids = first.map(({ client }) => client.id);
          const workers = Array.from({ length: WORKERS }, (_, i) =>
            crew.start({
              worker: `w${i}`,
              seed: budget.random.seed(),
              place: store.place,
              ids,
              keys: KEYS,
              calls: callsEach,
              atOnce: 4,
            }),
          );
          for (const worker of workers) await ended(worker, { killed: false });
          const history = crew.history();
          checkHistory(history, await endingOf(store.place), { staleMs, firstIds: ids });
          tally.rounds += 1;
          tally.calls += history.length;
          tally.unconfirmed += history.filter(({ outcome }) => outcome === undefined).length;
        } finally {
          await store.dispose();
        }
      } while (budget.more(tally.rounds));
      return { tried: tally };
    },
  };
}
