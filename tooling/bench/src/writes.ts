import { HOT, keyOf, recordOf, walk } from "./clients.ts";
import { atOnce, CALLERS, figures, timesEach } from "./measure.ts";
import type { Figure } from "./result.ts";
import { add, backend, count, floor, open, other } from "./setup.ts";

export async function writes(): Promise<void> {
  const db = open();
  await db.open();
  const atMost = backend === "json" ? Math.max(5, Math.min(100, 200_000 / count)) : 400;
  let [nextOurs, nextFloor] = [2e7, 3e7];
  const addOurs = (): Promise<unknown> =>
    db.addClient({ accessKey: keyOf(nextOurs), password: keyOf((nextOurs += 1)) });
  const addFloor = async (): Promise<unknown> => floor.add((nextFloor += 1));
  const some = (...operations: readonly (() => unknown)[]): Promise<readonly Figure[]> =>
    timesEach(
      Math.floor(atMost),
      operations.map((operation) => ({ operation })),
    );
  const addOther = (): Promise<unknown> => other.set(keyOf((nextFloor += 1)), recordOf(nextFloor));
  add("durable add", await some(addOurs, addFloor, addOther));
  // By hand each add is a write of its own, and of a large file a few of them say it all.
  const each = backend === "json" ? Math.max(2, Math.min(CALLERS, Math.floor(20_000 / count))) : CALLERS;
  const batches = backend === "json" ? Math.max(3, Math.floor(atMost / 10)) : 100;
  const addManyFloor = async (): Promise<unknown> =>
    floor.addMany(Array.from({ length: each }, () => (nextFloor += 1)));
  add(
    `durable add, ${CALLERS} at once`,
    await timesEach(batches, [
      { operation: atOnce(CALLERS, addOurs), per: CALLERS },
      { operation: addManyFloor, per: each },
      { operation: atOnce(each, addOther), per: each },
    ]),
  );
  const any = walk(count);
  const change = async (field: string, value: unknown): Promise<unknown> => {
    const key = keyOf(any());
    const stored = (await other.get(key)) as object;
    return other.set(key, { ...stored, [field]: value });
  };
  add(
    "update",
    await some(
      () => db.updateClient(any(), { description: `changed ${Math.random()}` }),
      () => floor.update(any()),
      () => change("description", `changed ${Math.random()}`),
    ),
  );
  const seen = open({ lastSeenIntervalMs: 0 });
  await seen.open();
  const written = await some(
    () => seen.touch(any()),
    () => floor.touch(any()),
    () => change("last_seen", Date.now() / 1000),
  );
  add("touch, written through", written);
  // Of a large file what was collected of all its clients takes minutes to be written.
  const hot = walk(Math.min(HOT, count));
  const collected = new Map<number, number>();
  const inMemory = await figures([
    () => db.touch(hot()),
    async () => void collected.set(hot(), Date.now() / 1000),
  ]);
  // Nothing is collected there.
  add("touch, collected", [...inMemory, written[2]]);
  await db.close();
  await seen.close();
}
