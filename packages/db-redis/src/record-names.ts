import { parseClientId } from "@hivemind/db-core/backend";
import type { ClientId } from "@hivemind/db-core/backend";
import type { Keyspace } from "./keyspace.ts";

/**
 * What the keys of all records end in: ascending ids, and then what is no id. A search of many steps, each of which
 * gives an empty page, so that whoever waits for it can turn away in between.
 */
export async function* recordNames(
  keyPages: AsyncIterable<readonly string[]>,
  keys: Keyspace,
): AsyncGenerator<readonly never[], readonly string[]> {
  const ids = new Set<ClientId>();
  const others = new Set<string>();
  for await (const page of keyPages) {
    for (const key of page) {
      const name = keys.member("client", key);
      if (name === undefined) continue;
      const id = parseClientId(name);
      if (id === undefined) others.add(name);
      else ids.add(id);
    }
    yield [];
  }
  // Numbers that are sorted as such: a million of them with a comparison of ours would stop the process for a second.
  return [...Array.from(Float64Array.from(ids).toSorted(), String), ...[...others].toSorted()];
}
