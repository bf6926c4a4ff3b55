/** What a client can be known by, beside its id. */
import { indexValues } from "../backend/record.ts";
import type { StoredRecord } from "../backend/contract.ts";

/** The indexes in which a value leads to one living client at most. */
export const CREDENTIAL_INDEXES = ["accessKey", "fingerprint"] as const;
export type CredentialIndex = (typeof CREDENTIAL_INDEXES)[number];

export function credentialsOf(record: StoredRecord): readonly (readonly [CredentialIndex, string])[] {
  return CREDENTIAL_INDEXES.flatMap((index) =>
    indexValues(record, index).map((value) => [index, value] as const),
  );
}
