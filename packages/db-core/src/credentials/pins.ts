/** The pinned keys of a client as they are stored: an object in node state, a member for each kind. */
import type { Backend } from "../backend/contract.ts";
import type { ClientId } from "../client.ts";
import { nodeState } from "../database/node-state.ts";
import type { NodeState } from "../database/node-state.ts";
import { DbError } from "../errors.ts";
import { isJsonObject } from "../json.ts";
import type { Json } from "../json.ts";

/** By kind. A Map, so that a kind named "constructor" is not found in it before it is pinned. */
export type Pins = ReadonlyMap<string, Pin>;

export interface Pin {
  /** Base64. */
  readonly key: string;
  /** Unix seconds. */
  readonly pinned_at?: Json;
}

export function pinState(backend: Backend): NodeState {
  return nodeState("shared", "pinned-keys", (call) => call(backend));
}

export async function readPins(backend: Backend, id: ClientId): Promise<Pins> {
  return pinsIn(await pinState(backend).get(String(id)), id);
}

/** One atomic step; `change` answers `undefined` for no change, and may run several times. */
export async function updatePins(
  backend: Backend,
  id: ClientId,
  change: (now: Pins) => Pins | undefined,
): Promise<Pins> {
  const after = await pinState(backend).update(String(id), (now) => {
    const next = change(pinsIn(now, id));
    if (next === undefined) return now;
    return next.size === 0 ? undefined : Object.fromEntries(next);
  });
  return pinsIn(after, id);
}

function pinsIn(value: Json | undefined, id: ClientId): Pins {
  if (value === undefined) return new Map();
  if (isJsonObject(value) && Object.values(value).every(isPin)) {
    return new Map(Object.entries(value) as unknown as [string, Pin][]);
  }
  // Taking it for nothing would pin whatever key comes next.
  throw new DbError(
    "corrupt",
    `the pinned keys of client ${id} cannot be read: mend or delete the entry "pinned-keys/${id}" of the shared state`,
    { clientIds: [id] },
  );
}

function isPin(value: Json): boolean {
  return isJsonObject(value) && typeof value["key"] === "string";
}
