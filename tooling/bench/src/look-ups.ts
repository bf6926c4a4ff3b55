import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { setImmediate as turn } from "node:timers/promises";
import type { ClientDatabase } from "@hivemind/db-core";
import { Revoker } from "../../freshness/src/revoker.ts";
import { draft, HOT, keyOf, recordOf, walk } from "./clients.ts";
import { atOnce, CALLERS, figures } from "./measure.ts";
import { add, backend, count, floor, open, other, placeOf } from "./setup.ts";

/** A file of 100,000 takes about a second to be written, and another one to be read again. */
const touchMs = backend === "json" && count > 10_000 ? 10_000 : 1000;

export async function lookUps(): Promise<void> {
  const hot = Math.min(HOT, count);
  const toucher = await Revoker.start(placeOf());
  const touching = setInterval(() => toucher.touch(1 + Math.floor(Math.random() * count)), touchMs).unref();
  const db = open();
  await db.open();
  const next = walk(hot);
  const verdict = async (): Promise<void> => {
    const id = next();
    const { allowed } = await db.authenticate({ accessKey: keyOf(id) });
    if (!allowed || !(await db.authorize(id, { do: "send", messageType: "speak" })).allowed)
      throw new Error("denied");
  };
  for (let i = 0; i < 2 * hot; i += 1) await verdict();
  await turn();
  for (let i = 0; i < 2 * hot; i += 1) await verdict();
  const memory = new Map(Array.from({ length: hot }, (_, i) => [keyOf(i + 1), recordOf(i + 1)]));
  const byId = new Map(Array.from({ length: hot }, (_, i) => [i + 1, draft(i + 1).allowedTypes ?? []]));
  const fresh = oncePerTurn(() => floor.proveFresh());
  const raw = async (key: string): Promise<unknown> => (fresh() ? memory.get(key) : undefined);
  const rawSend = async (id: number): Promise<boolean> => fresh() && byId.get(id)?.includes("speak") === true;
  const floorVerdict = async (): Promise<void> => {
    const id = next();
    if ((await raw(keyOf(id))) === undefined || !(await rawSend(id))) throw new Error("denied");
  };
  add(
    "authenticate + authorize, warm",
    await figures([verdict, floorVerdict, () => other.get(keyOf(next()))]),
  );
  add(
    "the same, each in a turn of its own",
    await figures([verdict, floorVerdict, () => other.get(keyOf(next()))].map(inTurns)),
  );
  const wrong = walk(hot);
  const unknown = async (): Promise<void> =>
    void (await db.authenticate({ accessKey: `x${keyOf(wrong())}` }));
  for (let i = 0; i < 2 * hot; i += 1) await unknown();
  add(
    "unknown key, warm",
    await figures([unknown, () => raw(`x${keyOf(wrong())}`), () => other.get(`x${keyOf(wrong())}`)]),
  );
  await floods(db, fresh);
  clearInterval(touching);
  await toucher.stop();
  await db.close();

  const cold = open({ cache: { maxClients: 0, maxMisses: 0 } });
  await cold.open();
  const any = walk(count);
  const byKey = [
    (key: string) => cold.authenticate({ accessKey: key }),
    async (key: string) => floor.cold(key),
    (key: string) => other.get(key),
  ];
  const known = byKey.map((find) => () => find(keyOf(any())));
  add("authenticate, cold", await figures(known));
  add("unknown key, cold", await figures(byKey.map((find) => () => find(`x${keyOf(any())}`))));
  add(
    `authenticate, cold, ${CALLERS} at once`,
    await figures(
      known.map((find) => atOnce(CALLERS, find)),
      { per: CALLERS },
    ),
  );
  await cold.close();
}

/** By itself: the floor holds all keys, which must not be in memory when the next rows are measured. */
async function floods(db: ClientDatabase, fresh: () => boolean): Promise<void> {
  const keys = new Set(Array.from({ length: count }, (_, i) => keyOf(i + 1)));
  const unknown = async (): Promise<void> => void (await db.authenticate({ accessKey: newKey() }));
  await untilListed(unknown);
  const byHand = async (): Promise<boolean> => fresh() && keys.has(newKey());
  add("unknown key, each another one", await figures([unknown, byHand, () => other.get(newKey())]));
}

let newKeys = 0;
const newKey = (): string => `new ${(newKeys += 1)}`;

/** A flood: until all clients have been listed for it. */
async function untilListed(ask: () => Promise<void>): Promise<void> {
  const listed = new AbortController();
  const on = (message: unknown): void => {
    if (!(message as { readonly ok: boolean }).ok) throw new Error("the clients could not be listed");
    listed.abort();
  };
  subscribe("hivemind-db:cache.flood", on);
  while (!listed.signal.aborted) {
    await turn();
    for (let i = 0; i < CALLERS; i += 1) await ask();
  }
  unsubscribe("hivemind-db:cache.flood", on);
}

const inTurns = (operation: () => Promise<unknown>) => async (): Promise<void> => {
  await turn();
  await operation();
};

/** As ours: a proof holds for the calls of one turn, and at most so many. */
function oncePerTurn(prove: () => boolean): () => boolean {
  let left = 0;
  let isProven = false;
  return () => {
    if (left > 0) {
      left -= 1;
      return isProven;
    }
    isProven = prove();
    left = 256;
    process.nextTick(() => (left = 0));
    return isProven;
  };
}
