/** Reading and writing the stored record: which fields it has, what they may hold, what an index sees in it. */
import type { ClientId } from "../client.ts";
import { isJsonObject, JsonSyntaxError, numberOf, parseJson, sameJson } from "../json.ts";
import type { Json, JsonObject } from "../json.ts";
import type { IndexName, StoredEntry, StoredRecord, UnreadableEntry } from "./contract.ts";

/** The access key of every tombstone. It authenticates nobody and no client may have it. */
export const REVOKED_KEY = "revoked";

/** The key in `metadata` under which this project keeps what Python hubs have no field for. */
export const OWN_METADATA = "hivemind_db";

/** The entry for a stored text. Never throws: what cannot be read says why. */
export function parseRecord(id: ClientId | undefined, text: string): StoredEntry {
  let value: Json;
  try {
    value = parseJson(text);
  } catch (error) {
    return unreadable(id, (error as JsonSyntaxError).message, text);
  }
  return toEntry(id, value, text);
}

/** The entry for a stored value. `text` is what it was read from, for {@link UnreadableEntry.mentions}. */
export function toEntry(id: ClientId | undefined, value: Json, text: string): StoredEntry {
  const reason = id === undefined ? "its key is no client id" : defectOf(id, value);
  if (reason !== undefined || id === undefined) return unreadable(id, reason ?? "", text);
  return Object.freeze({ id, record: value as StoredRecord });
}

function unreadable(id: ClientId | undefined, reason: string, text: string): UnreadableEntry {
  return Object.freeze({
    id,
    reason,
    // The string as Python or we would have written it: raw, or with \u escapes.
    mentions: (value: string) => text.includes(JSON.stringify(value)) || text.includes(asciiEscaped(value)),
  });
}

function asciiEscaped(value: string): string {
  return JSON.stringify(value).replaceAll(
    /[\u0080-\uffff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/** Why a value is no client record; `undefined` if it is one. Says names and types, never a content. */
function defectOf(id: ClientId, value: Json): string | undefined {
  if (!isJsonObject(value)) return "not a JSON object";
  if (value["client_id"] !== id) return "client_id is not the id that it is stored under";
  if (typeof value["api_key"] !== "string") return "api_key is not a string";
  for (const [field, isValid, expected] of FIELD_TYPES) {
    const content = value[field];
    if (content !== undefined && !isValid(content)) return `${field} is not ${expected}`;
  }
  const { metadata } = value;
  if (!isJsonObject(metadata)) return undefined;
  for (const field of ["skill_blacklist", "intent_blacklist"]) {
    const content = metadata[field];
    if (content !== undefined && !isList(content)) {
      return `${field} in metadata is not a list of strings`;
    }
  }
  return undefined;
}

const isText = (value: Json): boolean => value === null || typeof value === "string";
// 0 and 1 come out of SQLite; null is what an unset column holds.
const isFlag = (value: Json): boolean =>
  value === null || typeof value === "boolean" || value === 0 || value === 1;
const isNumber = (value: Json): boolean => value === null || Number.isFinite(numberOf(value));
// cjson in the Python Redis plugin turns an empty list into {}.
const isList = (value: Json): boolean =>
  value === null ||
  (Array.isArray(value) ? hasTextsOnly(value) : isJsonObject(value) && Object.keys(value).length === 0);

// For each record that is read: `every` would take five times as long.
function hasTextsOnly(items: readonly Json[]): boolean {
  for (const item of items) if (typeof item !== "string") return false;
  return true;
}

const FIELD_TYPES: readonly (readonly [string, (value: Json) => boolean, string])[] = [
  ["name", isText, "a string"],
  ["description", isText, "a string"],
  ["is_admin", isFlag, "a boolean"],
  ["last_seen", isNumber, "a number"],
  ["allowed_types", isList, "a list of strings"],
  ["crypto_key", isText, "a string"],
  ["password", isText, "a string"],
  ["can_broadcast", isFlag, "a boolean"],
  ["can_escalate", isFlag, "a boolean"],
  ["can_propagate", isFlag, "a boolean"],
  ["metadata", (value) => value === null || isJsonObject(value), "an object"],
  ["skill_blacklist", isList, "a list of strings"],
  ["intent_blacklist", isList, "a list of strings"],
  ["message_blacklist", isList, "a list of strings"],
];

export function isTombstone(record: StoredRecord): boolean {
  return record.api_key === REVOKED_KEY;
}

/**
 * What a revoked client leaves behind: its id, so that nobody gets it again. Permissions are closed where
 * Python's tombstones keep its defaults; both read `revoked` first.
 */
export function tombstone(id: ClientId): StoredRecord {
  return Object.freeze({
    client_id: id,
    api_key: REVOKED_KEY,
    name: "",
    description: "",
    is_admin: false,
    last_seen: -1,
    allowed_types: Object.freeze([]),
    crypto_key: null,
    password: null,
    can_broadcast: false,
    can_escalate: false,
    can_propagate: false,
    metadata: Object.freeze({}),
  });
}

/** The values under which an index knows the record. A tombstone has none. */
export function indexValues(record: StoredRecord, index: IndexName): readonly string[] {
  if (isTombstone(record)) return [];
  return VALUES[index](record);
}

const VALUES: { readonly [Name in IndexName]: (record: StoredRecord) => readonly string[] } = {
  accessKey: (record) => [record.api_key],
  name: (record) => (typeof record["name"] === "string" ? [record["name"]] : []),
  fingerprint: fingerprints,
};

/** `metadata.hivemind_db.certificates[].sha256`: lower-case hex, without colons. */
function fingerprints(record: StoredRecord): readonly string[] {
  const own = isJsonObject(record["metadata"]) ? record["metadata"][OWN_METADATA] : undefined;
  const certificates = isJsonObject(own) ? own["certificates"] : undefined;
  if (!Array.isArray(certificates)) return [];
  return certificates
    .map((certificate: Json) => (isJsonObject(certificate) ? certificate["sha256"] : undefined))
    .filter((sha256) => typeof sha256 === "string");
}

/** Does the entry match, or may it? `Backend.find` answers these and no others. */
export function matches(entry: StoredEntry, index: IndexName, value: string): boolean {
  return entry.record ? indexValues(entry.record, index).includes(value) : entry.mentions(value);
}

/** The record with `last_seen` moved forward; `undefined` where it stays as it is. */
export function touched(record: StoredRecord, seconds: number): StoredRecord | undefined {
  if (isTombstone(record) || seconds <= (numberOf(record["last_seen"]) ?? -1)) return undefined;
  return Object.freeze({ ...record, last_seen: seconds });
}

/** Equal but for `last_seen`: a touch is not a change. */
export function sameButLastSeen(a: StoredRecord, b: StoredRecord): boolean {
  return sameJson(withoutLastSeen(a), withoutLastSeen(b));
}

function withoutLastSeen(record: StoredRecord): JsonObject {
  const { last_seen: _, ...rest } = record;
  return rest;
}
