/**
 * Which entries were taken out of records: kept in node state, where a Python hub never writes. A hub that
 * writes a stale copy of a record brings an entry back; whoever reads one therefore asks here, and the entry
 * admits nobody. The ids only ever grow in number: a removal is final, as a revocation is.
 */
import type { Backend } from "../backend/contract.ts";
import type { ClientId } from "../client.ts";
import { nodeState } from "../database/node-state.ts";
import type { NodeState } from "../database/node-state.ts";
import { DbError } from "../errors.ts";
import type { Json } from "../json.ts";

/** Where they are kept, each list under the client's id. */
export const SCOPE = "shared";
export const NAMESPACE = "removed-certificates";

/** The ids of the client's entries that were removed. */
export async function removedEntries(backend: Backend, id: ClientId): Promise<ReadonlySet<string>> {
  return new Set(idsIn(await stateOf(backend).get(String(id)), id));
}

/** The same of every client that has any; `undefined` where it cannot be read. */
export async function allRemovedEntries(
  backend: Backend,
): Promise<ReadonlyMap<ClientId, ReadonlySet<string> | undefined>> {
  const all = await stateOf(backend).list();
  return new Map(
    [...all].map(([key, value]) => [Number(key), isIds(value) ? new Set(value) : undefined] as const),
  );
}

export async function rememberRemoved(
  backend: Backend,
  id: ClientId,
  entryIds: readonly string[],
): Promise<void> {
  await stateOf(backend).update(String(id), (now) => {
    const before = idsIn(now, id);
    const added = entryIds.filter((entryId) => !before.includes(entryId));
    return added.length === 0 ? now : [...before, ...added];
  });
}

function stateOf(backend: Backend): NodeState {
  return nodeState(SCOPE, NAMESPACE, (call) => call(backend));
}

function idsIn(value: Json | undefined, id: ClientId): readonly string[] {
  if (value === undefined) return [];
  if (isIds(value)) return value;
  // Taking it for an empty list would admit what was removed.
  throw new DbError(
    "corrupt",
    `which certificates of client ${id} were removed cannot be read: mend the entry "removed-certificates/${id}" of the shared state`,
  );
}

export function isIds(value: Json): value is readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === "string");
}
