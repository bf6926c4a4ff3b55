/** A rekey that is killed with -9 at random moments and started again: not one secret is lost, whatever the moment. */
import assert from "node:assert/strict";
import { setTimeout as delay } from "node:timers/promises";
import type { Backend } from "../backend/contract.ts";
import type { ClientDatabase } from "../database/client-database.ts";
import { parseSealKey } from "../sealing/seal-key.ts";
import { keyIdOf } from "../sealing/sealed-text.ts";
import { STORE_KEY_FRESH_MS } from "../sealing/sealing.ts";
import { collect } from "./bed/collect.ts";
import { ENTRY, KEY, NEXT_KEY, sealedPart, SECRETS } from "./bed/sealed.ts";
import { TestStore } from "./bed/test-store.ts";
import type { Suite } from "./suite.ts";

export interface RekeyKilledOptions {
  readonly kills: number;
  /** From 0 to 1, as `Math.random`: when to kill, as a part of the time that a rekey takes. */
  readonly random: () => number;
}

export interface RekeyKilledReport {
  /** Rekeys that were killed before they could answer. */
  readonly killed: number;
  /** How many of the killed had sealed some of the secrets anew, and not all of them. */
  readonly amid: number;
}

const CLIENTS = 200;
const SCOPES = ["shared", "node:1"] as const;

/** Needs a plugin with the capability `durability`. Rejects where a secret cannot be read, at any moment. */
export async function rekeyKilled<Options>(
  suite: Suite<Options>,
  { kills, random }: RekeyKilledOptions,
): Promise<RekeyKilledReport> {
  const store = new TestStore(suite, await suite.fresh());
  try {
    const report = await killAgain(store, kills, random);
    await store.end();
    return report;
  } catch (error) {
    // The reason of the failure is what matters, not what clearing up runs into.
    await store.end().catch(() => undefined);
    throw error;
  }
}

async function killAgain(store: TestStore, kills: number, random: () => number): Promise<RekeyKilledReport> {
  const watcher = await store.open({ seal: { key: KEY, previous: [NEXT_KEY] } });
  await watcher.addClients(
    Array.from({ length: CLIENTS }, (_, i) => ({ ...SECRETS, accessKey: `key-${i + 1}` })),
  );
  for (const scope of SCOPES) await watcher.state(scope, "test").setSecret("entry", ENTRY);
  const backend = await store.backend();
  let [from, to] = [KEY, NEXT_KEY];
  let [killed, amid, longest] = [0, 0, 0];
  for (let round = 0; killed < kills; round++) {
    const worker = await store.otherProcess({ seal: { key: to, previous: [from] } });
    const started = performance.now();
    const rekeying = worker.call("rekey").then(
      () => "completed" as const,
      () => "killed" as const,
    );
    // The first is let through, to see how long there is something to be killed.
    if (round > 0) await Promise.race([rekeying, delay(random() * longest)]);
    else await rekeying;
    if (round === 0) longest = performance.now() - started - STORE_KEY_FRESH_MS;
    await worker.kill();
    if ((await rekeying) === "killed") killed += 1;

    await assertReadable(watcher);
    const under = await countUnder(backend, to);
    if (under > 0 && under < CLIENTS) amid += 1;
    // Nothing left to be done: the other way round.
    if (under === CLIENTS) [from, to] = [to, from];
  }
  await (await store.open({ seal: { key: to, previous: [from] } })).rekey();
  await assertReadable(await store.open({ seal: { key: to } }));
  assert.deepEqual(await collect(watcher.verify()), []);
  return { killed, amid };
}

async function assertReadable(db: ClientDatabase): Promise<void> {
  const ids = (await collect(db.listClients())).map(({ id }) => id);
  assert.equal(ids.length, CLIENTS);
  const read = await Promise.all(ids.map((id) => db.secrets(id)));
  for (const [i, secrets] of read.entries()) {
    assert.deepEqual(secrets, { ...SECRETS, accessKey: `key-${i + 1}` });
  }
  for (const scope of SCOPES) assert.deepEqual(await db.state(scope, "test").getSecret("entry"), ENTRY);
}

/** How many clients have all their secrets under this key. */
async function countUnder(backend: Backend, key: string): Promise<number> {
  const { id } = parseSealKey(key, "key");
  const records = (await collect(backend.list())).flat().flatMap(({ record }) => record ?? []);
  return records.filter((record) =>
    Object.values(sealedPart(record)).every((sealed) => keyIdOf(sealed) === id),
  ).length;
}
