import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { setImmediate as turn } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import type { ClientDatabase } from "@hivemind/db-core";
import type { Backend } from "@hivemind/db-core/backend";
import { seeded } from "../../torture/src/random.ts";
import { addAmidFlood } from "../src/flood.ts";
import { runRounds } from "../src/rounds.ts";
import { subject } from "../src/subject.ts";

/** A feed that says that it has told everything, and has not looked. */
const claims = (real: Backend): Backend => ({
  ...delegating(real),
  watch: async (on) => ({ ...(await real.watch(on)), provenAt: () => performance.now() }),
});
/** A feed that proves, and forgets to tell. */
const deaf = (real: Backend): Backend => ({
  ...delegating(real),
  watch: async (_on) => {
    const watch = await real.watch(() => undefined);
    return { provenAt: () => watch.provenAt(), close: () => watch.close() };
  },
});

/** A class has its methods where a spread does not find them. */
function delegating(real: Backend): Backend {
  return {
    info: () => real.info(),
    close: () => real.close(),
    get: (ids) => real.get(ids),
    find: (index, values) => real.find(index, values),
    list: () => real.list(),
    insert: (drafts, token) => real.insert(drafts, token),
    update: (id, change) => real.update(id, change),
    touch: (seen) => real.touch(seen),
    watch: (on) => real.watch(on),
    state: real.state,
    health: () => real.health(),
    verify: (options) => real.verify(options),
  };
}

/** Asks until nothing has to be read for it, also by nobody beside us: what was read before the watch was on is not kept. */
async function untilRemembered({ plugin }: ClientDatabase, ask: () => Promise<unknown>): Promise<void> {
  let misses = 0;
  const onMiss = (message: unknown): void => {
    if ((message as { readonly backend: string }).backend === plugin.name) misses += 1;
  };
  subscribe("hivemind-db:cache.miss", onMiss);
  try {
    do {
      misses = 0;
      await turn();
      await ask();
    } while (misses > 0);
  } finally {
    unsubscribe("hivemind-db:cache.miss", onMiss);
  }
}

describe.concurrent("the rounds find out a feed", () => {
  test.for(["json", "sqlite"] as const)(
    "on %s that claims to be proven without a look",
    { timeout: 60_000 },
    async (kind) => {
      await using tried = await subject(kind, claims);
      expect((await runRounds({ ...tried, random: seeded(1), rounds: 100 })).stale.length).toBeGreaterThan(0);
    },
  );

  test.for(["json", "sqlite", "redis"] as const)(
    "on %s that does not tell",
    { timeout: 60_000 },
    async (kind) => {
      await using tried = await subject(kind, deaf);
      expect((await runRounds({ ...tried, random: seeded(1), rounds: 16 })).stale.length).toBeGreaterThan(0);
    },
  );

  test.for(["json", "sqlite", "redis"] as const)(
    "on %s that does not tell who was added amid a flood",
    { timeout: 60_000 },
    async (kind) => {
      await using tried = await subject(kind, deaf, { cache: { maxMisses: 100 } });
      expect((await addAmidFlood({ ...tried, random: seeded(1), rounds: 16 })).late.length).toBeGreaterThan(
        0,
      );
    },
  );

  test("on a silent network that claims to be proven", { timeout: 60_000 }, async () => {
    await using tried = await subject("redis", claims);
    const { proxy } = tried;
    if (proxy === undefined) throw new TypeError("only a store behind a network can be cut off");
    const beforeRevoking = async (ask: () => Promise<unknown>): Promise<void> => {
      await untilRemembered(tried.node, ask);
      proxy.silence();
    };
    try {
      const outcome = await runRounds({ ...tried, random: seeded(1), rounds: 1, beforeRevoking });
      expect(outcome.stale.length).toBeGreaterThan(0);
    } finally {
      proxy.resume();
    }
  });
});
