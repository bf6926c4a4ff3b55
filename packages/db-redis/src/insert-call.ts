/** One call of the insert script: what it takes of each insert. */
import { isTombstone, stringifyJson } from "@hivemind/db-core/backend";
import type { ClientId, StoredRecord } from "@hivemind/db-core/backend";
import type { Harmless } from "./clashes.ts";
import type { Argument } from "./connection.ts";
import type { Scan } from "./highest-id.ts";
import type { Keyspace } from "./keyspace.ts";
import { recordKeys } from "./record-keys.ts";
import type { StoreIdentity } from "./store-identity.ts";

/** What one insert has learnt from the answers so far. */
export interface Knowledge {
  scan: Scan | undefined;
  scans: number;
  readonly harmless: Harmless;
}

/** An insert whose records have been made. */
export interface MadeInsert {
  readonly token: string;
  readonly known: Knowledge;
  readonly records: readonly StoredRecord[];
  /** Above which id they were made; `undefined` where each has brought its own. */
  readonly above: ClientId | undefined;
}

/**
 * So many scans that others have added during; then what they found is good enough, since no id is taken
 * twice.
 */
const SCANS = 3;

export function insertCall(keys: Keyspace, identity: StoreIdentity, inserts: readonly MadeInsert[]) {
  const allKeys = [...identity.keys, keys.count, keys.idSequence, keys.revoked, keys.accessKeyRecords];
  const allArgs = [...identity.args, keys.client("")];
  for (const insert of inserts) add(keys, insert, allKeys, allArgs);
  return { keys: allKeys, args: allArgs };
}

function add(
  keys: Keyspace,
  { token, known: { scan, scans, harmless }, records, above }: MadeInsert,
  allKeys: string[],
  allArgs: Argument[],
): void {
  const [firstKey, firstArg] = [allKeys.length, allArgs.length];
  allKeys.push(keys.token(token));
  allArgs.push(
    0,
    0,
    ...(scan === undefined ? ["", "", ""] : [scan.highest, scan.countBefore, scan.records]),
    scans >= SCANS ? "1" : "",
    above ?? "",
    records.map(({ client_id }) => client_id).join(","),
    records.length,
  );
  for (const record of records) {
    const { client_id: id, api_key: accessKey } = record;
    const { name, nameSet, accessKeySet, fingerprintSets } = recordKeys(keys, record);
    allKeys.push(keys.client(id), keys.index(id), nameSet, accessKeySet, ...fingerprintSets);
    const dead = isTombstone(record) ? "1" : "";
    allArgs.push(id, stringifyJson(record), accessKey, name, dead, fingerprintSets.length);
  }
  for (const [id, text] of harmless) allArgs.push(id, text);
  allArgs[firstArg] = allKeys.length - firstKey;
  allArgs[firstArg + 1] = allArgs.length - firstArg;
}
