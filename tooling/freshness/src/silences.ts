import { setTimeout as delay } from "node:timers/promises";
import type { Random } from "../../torture/src/random.ts";
import type { NetProxy } from "../../test-support/src/net-proxy.ts";

/** The network goes silent, or resets its connections, at random moments. */
export function silences(
  proxy: NetProxy | undefined,
  random: Random,
  { everyMs, forMs }: { readonly everyMs: number; readonly forMs: number },
): (over: AbortSignal) => Promise<void> {
  if (proxy === undefined) throw new TypeError("only a store behind a network can be cut off");
  return async (over) => {
    try {
      while (!over.aborted) {
        await delay(random.int(0, everyMs), undefined, { signal: over });
        proxy.silence();
        await delay(random.int(forMs / 4, forMs), undefined, { signal: over });
        if (random.chance(30)) proxy.cut();
        proxy.resume();
      }
    } catch (error) {
      if (!over.aborted) throw error;
    } finally {
      proxy.resume();
    }
  };
}
