/**
 * Added amid a flood of wrong keys: another process adds clients while this one is asked for keys that nobody has.
 * Whoever asks with a new key more than the bound after it was acknowledged is let in.
 */
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { setImmediate as turn } from "node:timers/promises";
import type { ClientDatabase } from "@hivemind/db-core";
import type { Random } from "../../torture/src/random.ts";
import { now } from "./clock.ts";
import type { Revoker } from "./revoker.ts";

export interface FloodOptions {
  readonly node: ClientDatabase;
  readonly revoker: Revoker;
  readonly random: Random;
  readonly rounds: number;
  readonly boundMs: number;
}

export interface FloodOutcome {
  /** By how many ms each denial of a client that was there already was beyond the bound. */
  readonly late: readonly number[];
  readonly wrongKeys: number;
  /** Wrong keys for which the store was asked, since the clients have been listed. */
  readonly asked: number;
  /** Wrong keys that were let in, or refused for another reason. */
  readonly misjudged: number;
}

const AT_ONCE = 16;
/** Between two adds. */
const BURSTS = 20;

export async function addAmidFlood(options: FloodOptions): Promise<FloodOutcome> {
  const { node, revoker, random, rounds, boundMs } = options;
  const over = new AbortController();
  const isListed = Promise.withResolvers<void>();
  let [misses, wrongKeys, misjudged] = [0, 0, 0];
  // The whole process hears of what any database in it does.
  const isOurs = (message: unknown): boolean =>
    (message as { readonly backend: string }).backend === node.plugin.name;
  const onMiss = (message: unknown): void => void (misses += isOurs(message) ? 1 : 0);
  const onListed = (message: unknown): void => {
    if (isOurs(message) && (message as { readonly ok: boolean }).ok) isListed.resolve();
  };
  const prefix = `wrong ${random.seed()}`;
  const wrongKey = async (): Promise<void> => {
    const verdict = await node.authenticate({ accessKey: `${prefix} ${(wrongKeys += 1)}` });
    if (verdict.allowed || verdict.reason !== "unknown-key") misjudged += 1;
  };
  const wrongKeysAtOnce = async (): Promise<void> => {
    await turn();
    await Promise.all(Array.from({ length: AT_ONCE }, wrongKey));
  };
  const flood = async (): Promise<void> => {
    while (!over.signal.aborted) await wrongKeysAtOnce();
  };
  subscribe("hivemind-db:cache.flood", onListed);
  const flooding = flood();
  // It is awaited at the end, and may fail before.
  flooding.catch(() => undefined);
  try {
    await Promise.race([isListed.promise, flooding]);
    subscribe("hivemind-db:cache.miss", onMiss);
    const before = wrongKeys;
    const late: number[] = [];
    const outcome = (): FloodOutcome => ({ late, wrongKeys: wrongKeys - before, asked: misses, misjudged });
    for (let round = 0; round < rounds; round += 1) {
      const key = `key ${random.seed()} ${round}`;
      await revoker.add([key]);
      const addedAt = now();
      for (let isIn = false; !isIn;) {
        const startedAt = now();
        isIn = (await node.authenticate({ accessKey: key })).allowed;
        if (!isIn && startedAt > addedAt + boundMs) late.push(startedAt - addedAt - boundMs);
        // Denied for ever is as bad as it can be.
        if (late.length > rounds) return outcome();
        await turn();
      }
      // However fast the store is beside the flood, most wrong keys come while nobody changes.
      for (let burst = 0; burst < BURSTS; burst += 1) await wrongKeysAtOnce();
    }
    return outcome();
  } finally {
    over.abort();
    unsubscribe("hivemind-db:cache.flood", onListed);
    unsubscribe("hivemind-db:cache.miss", onMiss);
    await flooding;
  }
}
