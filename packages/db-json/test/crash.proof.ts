/** Writers killed at random moments, again and again: nothing that was acknowledged is ever missing. */
import { once } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import { expect, test } from "vitest";
import { children, exited } from "./support/child.ts";
import { all, hub } from "./support/hub.ts";

const seed = Number(process.env["PROOF_SEED"] ?? 1);
const minutes = Number(process.env["PROOF_MINUTES"] ?? 1);

test(`kill -9 of three writers at random moments (seed ${seed})`, async () => {
  const { dataHome, open } = hub();
  const random = mulberry32(seed);
  const acknowledged = new Map<number, string>();
  const end = performance.now() + minutes * 60_000;
  let kills = 0;

  // One round at least, however short the time: a proof that tried nothing has proved nothing.
  do {
    const writers = [0, 1, 2].map(() => children.fork("add-for-ever", dataHome));
    for (const writer of writers) {
      writer.on("message", ({ id, accessKey }: { id: number; accessKey: string }) =>
        acknowledged.set(id, accessKey),
      );
    }
    await Promise.all(writers.map((writer) => once(writer, "message")));
    for (const writer of writers) {
      await delay(random() * 30);
      writer.kill("SIGKILL");
    }
    await Promise.all(writers.map(exited));
    kills += writers.length;

    const db = await open();
    const ids = new Set((await all(db)).map(({ id }) => id));
    expect([...acknowledged.keys()].filter((id) => !ids.has(id))).toEqual([]);
    const [id, accessKey] = [...acknowledged][Math.floor(random() * acknowledged.size)] ?? [0, ""];
    expect(await db.authenticate({ accessKey })).toMatchObject({ allowed: true, client: { id } });
    await db.close();
  } while (performance.now() < end);

  process.stdout.write(`${kills} writers killed, ${acknowledged.size} acknowledged clients, none missing\n`);
});

/** A small seeded generator (public domain, Tommy Ettinger), so that a failing run can be repeated. */
function mulberry32(state: number): () => number {
  let a = state >>> 0;
  return () => {
    a = (a + 0x6d2b79f5) >>> 0;
    let t = Math.imul(a ^ (a >>> 15), a | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}
