import type { RecordDraft, StoredRecord } from "../../backend/contract.ts";
import { OWN_METADATA } from "../../backend/record.ts";
import type { ClientId } from "../../client.ts";
import type { JsonObject } from "../../json.ts";

const BLANK = {
  name: "",
  description: "",
  is_admin: false,
  last_seen: -1,
  allowed_types: [],
  crypto_key: null,
  password: null,
  can_broadcast: true,
  can_escalate: true,
  can_propagate: true,
  metadata: {},
} as const;

/** A draft for the raw backend, as core makes them. */
export function draft(fields: JsonObject & { readonly api_key: string }, id?: ClientId): RecordDraft {
  return {
    ...(id === undefined ? {} : { id }),
    make: (newId) => Object.freeze({ ...BLANK, ...fields, client_id: newId }),
  };
}

/** A draft for a client that holds the certificate with this fingerprint. */
export function draftWithCertificate(accessKey: string, sha256: string): RecordDraft {
  return draft({ api_key: accessKey, metadata: certificate(sha256) });
}

export function certificate(sha256: string): JsonObject {
  return { [OWN_METADATA]: { certificates: [{ sha256 }] } };
}

export function withMetadata(record: StoredRecord, metadata: JsonObject): StoredRecord {
  return Object.freeze({ ...record, metadata });
}

/** A record as a seed holds it: every field of schema 2 as Python writes it, and raw JSON text for some. */
export function recordText(
  id: ClientId,
  fields: { readonly [field: string]: unknown },
  rawTexts: { readonly [field: string]: string } = {},
): string {
  const texts = Object.entries({ client_id: id, api_key: `key-${id}`, ...BLANK, ...fields })
    .filter(([field, value]) => value !== undefined && !Object.hasOwn(rawTexts, field))
    .map(([field, value]) => [field, JSON.stringify(value)]);
  const all = [...texts, ...Object.entries(rawTexts)];
  return `{${all.map(([field, text]) => `${JSON.stringify(field)}: ${text}`).join(", ")}}`;
}
