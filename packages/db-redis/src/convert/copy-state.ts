/** What the nodes remember: a hash for each scope. */
import { COPY_HASH } from "../scripts/convert.ts";
import type { Conversion } from "./convert.ts";
import { expectUnderWay } from "./copy-records.ts";
import type { Side } from "./side.ts";

/** Answers how many entries there are, and which scopes were not the same yet. */
export async function copyState({ source, target, from, dryRun }: Conversion) {
  const copied: string[] = [];
  let entries = 0;
  const scopes = new Set<string>();
  for await (const key of source.reader.scan(source.keys.pattern("hivemind:state"))) {
    const scope = source.keys.member("hivemind:state", key);
    if (scope !== undefined) scopes.add(scope);
  }
  for (const scope of scopes) {
    const [wanted, there] = [await entriesOf(source, scope), await entriesOf(target, scope)];
    entries += wanted.size;
    if (wanted.size === there.size && [...wanted].every(([key, text]) => there.get(key) === text)) continue;
    copied.push(scope);
    if (dryRun) continue;
    const names = [target.keys.conversion, target.keys.state(scope)];
    const reply = await target.connection.run(COPY_HASH, names, [from, ...[...wanted].flat()]);
    expectUnderWay(reply, target.keys.prefix);
  }
  return { entries, copied };
}

async function entriesOf({ connection, keys }: Side, scope: string): Promise<ReadonlyMap<string, string>> {
  // The driver makes an object of this reply.
  const entries = await connection.read("hgetall", keys.state(scope));
  return new Map(Object.entries(entries as unknown as Readonly<Record<string, string>>));
}
