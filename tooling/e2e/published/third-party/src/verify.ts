import type { Finding } from "@hivemind/db-core/backend";
import type { Store } from "./store.js";

/** Compares the look-ups with the records. What is wrong with the records themselves, core finds. */
export async function* verifyLookUps(store: Store, repair: boolean): AsyncGenerator<Finding> {
  const wrong = store.read((tables) => tables?.wronglyIndexed() ?? []);
  if (wrong.length === 0) return;
  if (repair) {
    await store.write((tables) => {
      for (const id of wrong) tables.index(id);
    });
  }
  yield {
    code: "look-up-differs",
    severity: "error",
    message: "the look-ups of these clients are not what their records say: a repair writes them again",
    clientIds: wrong,
    repair: repair ? "done" : "possible",
  };
}
