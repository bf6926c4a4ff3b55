/** A checker is worth what it catches: each of these stores breaks one promise, and is found out. */
import { expect, test } from "vitest";
import { seeded } from "../src/random.ts";
import { jsonStore } from "../src/stores/files.ts";
import type { Store } from "../src/stores/store.ts";
import { races } from "../src/trials/races.ts";
import { BREAKS } from "./broken/broken-plugin.ts";
import type { Broken } from "./broken/broken-plugin.ts";

const FOUND: Record<Broken, RegExp> = {
  "loses an update": /saw .* others|saw \d+ steps, after/,
  "writes an update in two steps": /in part|saw .* others|not what its append wrote/,
  "writes an update twice": /taken twice/,
  "acknowledges an update that it does not write": /saw .* others|saw \d+ steps, after/,
  "acknowledges a revocation that it does not write": /after .* had seen Infinity/,
  "makes every client twice": /burnt|twice|both client|added by nobody/,
  "remembers who had a key": /which did not have it then|had it all the time/,
  "forgets a touch": /the store says/,
};

test.each(Object.keys(BREAKS) as Broken[])("a store that %s is found out", async (broken) => {
  const trial = races("json", () => brokenStore(broken), 150);

  await expect(trial.run({ random: seeded(1), more: () => false })).rejects.toThrow(FOUND[broken]);
});

async function brokenStore(broken: Broken): Promise<Store> {
  const store = await jsonStore();
  const { place } = store;
  const module = new URL("broken/broken-plugin.ts", import.meta.url).href;
  return { ...store, place: { ...place, module, env: { ...place.env, BROKEN: broken } } };
}
