/**
 * The certificates that were removed from the clients of a store that is copied, told from its state entries one by
 * one: a record may have one again that a Python hub has brought back, and it must not count where the copy goes.
 */
import { parseClientId } from "../backend/client-id.ts";
import type { StoredRecord } from "../backend/contract.ts";
import type { ClientId } from "../client.ts";
import { parseJson, stringifyJson } from "../json.ts";
import type { Json } from "../json.ts";
import { withoutEntries } from "./certificate-entries.ts";
import { isIds, NAMESPACE, SCOPE } from "./removed-certificates.ts";

interface StateEntry {
  readonly scope: string;
  readonly key: string;
  readonly text: string;
}

/** What was removed from one client. */
export interface Removals {
  readonly clientId: ClientId;
  /** Of the entries in its record; `undefined` where that cannot be read. */
  readonly entryIds: readonly string[] | undefined;
}

/** `undefined`: this state entry says something else. */
export function removalsIn({ scope, key, text }: StateEntry): Removals | undefined {
  const prefix = `${NAMESPACE}/`;
  if (scope !== SCOPE || !key.startsWith(prefix)) return undefined;
  const clientId = parseClientId(key.slice(prefix.length));
  return clientId === undefined ? undefined : { clientId, entryIds: idsIn(text) };
}

/** The entry's text with what stands there `now`; `undefined` where these are not two lists that can be read. */
export function unitedRemovals(entry: StateEntry, now: string): string | undefined {
  const arriving = removalsIn(entry)?.entryIds;
  const there = removalsIn({ ...entry, text: now })?.entryIds;
  if (arriving === undefined || there === undefined) return undefined;
  const added = arriving.filter((id) => !there.includes(id));
  return added.length === 0 ? now : stringifyJson([...there, ...added]);
}

/** The record without these entries, or without any where nobody knows; the same object where it has none of them. */
export function withoutRemoved(record: StoredRecord, entryIds: Removals["entryIds"]): StoredRecord {
  return withoutEntries(record, ({ id }) => id !== undefined && entryIds?.includes(id) !== false);
}

function idsIn(text: string): readonly string[] | undefined {
  let value: Json;
  try {
    value = parseJson(text);
  } catch {
    return undefined;
  }
  return isIds(value) ? value : undefined;
}
