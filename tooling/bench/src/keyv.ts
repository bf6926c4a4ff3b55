import type { Keyv } from "keyv";

/** All values, as Keyv goes through them. */
export async function* valuesIn(keyv: Keyv): AsyncGenerator {
  if (keyv.iterator === undefined) throw new Error("keyv does not take this store for one that lists");
  for await (const [, value] of keyv.iterator(undefined)) yield value;
}
