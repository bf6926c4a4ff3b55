/** The id of the key that a store is sealed under, in its own node state, for all who write to it. */
import type { Backend } from "../backend/contract.ts";
import { DbError } from "../errors.ts";
import { parseJson, stringifyJson } from "../json.ts";

const SCOPE = "shared";
const KEY = "hivemind-db.seal/key";

/** `null`: the store is not sealed. */
export async function readStoreKey(backend: Backend): Promise<string | null> {
  return decode(await backend.state.get(SCOPE, KEY));
}

/** In one atomic step; answers what the store says then. `change` answers `null` for a store that is not sealed. */
export async function changeStoreKey(
  backend: Backend,
  change: (now: string | null) => string | null,
): Promise<string | null> {
  const text = await backend.state.update(SCOPE, KEY, (now) => {
    const next = change(decode(now));
    return next === null ? undefined : stringifyJson(next);
  });
  return decode(text);
}

/** The key that this state entry names, if it is the one in which a store does that. Not for copying. */
export function storeKeyIn({
  scope,
  key,
  text,
}: {
  readonly scope: string;
  readonly key: string;
  readonly text: string;
}): string | undefined {
  return scope === SCOPE && key === KEY ? (decode(text) ?? undefined) : undefined;
}

function decode(text: string | undefined): string | null {
  if (text === undefined) return null;
  const id = parseJson(text);
  if (typeof id === "string") return id;
  throw new DbError("corrupt", `the state entry ${KEY} does not name a seal key; restore it from a backup`);
}
