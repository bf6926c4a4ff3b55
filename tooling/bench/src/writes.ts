import { HOT, keyOf, recordOf, walk } from "./clients.ts";
import { atOnce, CALLERS, figure, times } from "./measure.ts";
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
  const some = (operation: () => unknown, per = 1): Promise<Figure> =>
    times(Math.floor(atMost), operation, per);
  add(
    "durable add",
    await some(addOurs),
    await some(addFloor),
    await some(() => other.set(keyOf((nextFloor += 1)), recordOf(nextFloor))),
  );
  // By hand each add is a write of its own, and of a large file a few of them say it all.
  const each = backend === "json" ? Math.max(2, Math.min(CALLERS, Math.floor(20_000 / count))) : CALLERS;
  const batches = Math.max(3, Math.floor(atMost / 10));
  add(
    `durable add, ${CALLERS} at once`,
    await times(batches, atOnce(CALLERS, addOurs), CALLERS),
    await times(batches, () => floor.addMany(Array.from({ length: each }, () => (nextFloor += 1))), each),
    await times(
      batches,
      atOnce(each, () => other.set(keyOf((nextFloor += 1)), recordOf(nextFloor))),
      each,
    ),
  );
  const any = walk(count);
  const change = async (field: string, value: unknown): Promise<unknown> => {
    const key = keyOf(any());
    const stored = (await other.get(key)) as object;
    return other.set(key, { ...stored, [field]: value });
  };
  add(
    "update",
    await some(() => db.updateClient(any(), { description: `changed ${Math.random()}` })),
    await some(() => floor.update(any())),
    await some(() => change("description", `changed ${Math.random()}`)),
  );
  const seen = open({ lastSeenIntervalMs: 0 });
  await seen.open();
  const eachWritten = await some(() => change("last_seen", Date.now() / 1000));
  add(
    "touch, written through",
    await some(() => seen.touch(any())),
    await some(() => floor.touch(any())),
    eachWritten,
  );
  // Of a large file what was collected of all its clients takes minutes to be written.
  const hot = walk(Math.min(HOT, count));
  const collected = new Map<number, number>();
  add(
    "touch, collected",
    await figure(() => db.touch(hot())),
    await figure(async () => void collected.set(hot(), Date.now() / 1000)),
    // Nothing is collected there.
    eachWritten,
  );
  await db.close();
  await seen.close();
}
