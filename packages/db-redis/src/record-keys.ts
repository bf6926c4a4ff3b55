/** What of a record stands in which key beside it. */
import { indexValues, isTombstone } from "@hivemind/db-core/backend";
import type { StoredRecord } from "@hivemind/db-core/backend";
import type { Keyspace } from "./keyspace.ts";

export interface RecordKeys {
  readonly name: string;
  readonly nameSet: string;
  readonly accessKeySet: string;
  readonly fingerprintSets: readonly string[];
  /** Every set that has the record's id. */
  readonly sets: readonly string[];
  /** Those of them in which it has to be alone. A tombstone has none. */
  readonly uniqueSets: readonly UniqueSet[];
}

export interface UniqueSet {
  readonly index: "accessKey" | "fingerprint";
  readonly value: string;
  readonly key: string;
}

export function recordKeys(keys: Keyspace, record: StoredRecord): RecordKeys {
  // As Python hubs leave it: a tombstone has no name, and stands in the set of the key "revoked".
  const name = typeof record["name"] === "string" && !isTombstone(record) ? record["name"] : "";
  const fingerprints = [...new Set(indexValues(record, "fingerprint"))];
  const fingerprintSets = fingerprints.map((sha256) => keys.fingerprint(sha256));
  const [nameSet, accessKeySet] = [keys.name(name), keys.accessKey(record.api_key)];
  return {
    name,
    nameSet,
    accessKeySet,
    fingerprintSets,
    sets: isTombstone(record) ? [accessKeySet] : [nameSet, accessKeySet, ...fingerprintSets],
    uniqueSets: isTombstone(record)
      ? []
      : [
          { index: "accessKey", value: record.api_key, key: accessKeySet },
          ...fingerprints.map((value) => ({
            index: "fingerprint" as const,
            value,
            key: keys.fingerprint(value),
          })),
        ],
  };
}
