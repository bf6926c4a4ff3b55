import { setImmediate as turn } from "node:timers/promises";

/** A big enough page to make few steps, small enough that nothing else waits for it. */
const PAGE = 500;

/**
 * Cuts ascending ids into the pages of `Backend.list`, each read at the moment it is asked for. Between two of them
 * everything else in the process has its turn: signals too, which answers out of memory would keep waiting to the end.
 */
export async function* pages<Id, Entry>(
  ids: readonly Id[],
  read: (ids: readonly Id[]) => Promise<ReadonlyMap<Id, Entry>>,
): AsyncGenerator<readonly Entry[]> {
  for (let start = 0; start < ids.length; start += PAGE) {
    const page = await read(ids.slice(start, start + PAGE));
    if (page.size > 0) yield [...page.values()];
    await turn();
  }
}
