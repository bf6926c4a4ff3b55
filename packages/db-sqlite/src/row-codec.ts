/** A row of `clients` to and from the stored record. */
import {
  isJsonObject,
  numberOf,
  parseJson,
  sameJson,
  toEntry,
  tombstone,
  upgradeRecord,
} from "@hivemind/db-core/backend";
import type { Json, JsonObject, StoredEntry, StoredRecord } from "@hivemind/db-core/backend";
import { COLUMN_NAMES } from "./columns.ts";
import type { ColumnName } from "./columns.ts";
import type { SqlValue } from "./driver.ts";
import { pythonJson } from "./python-json.ts";

/** The columns in their order, the id `null` where it is none, and whether the client was revoked all the same. */
export type Row = readonly [...values: SqlValue[]];

type Kind = "text" | "flag" | "number" | "json" | "old-list";

const KINDS: readonly (readonly [name: ColumnName, kind: Kind])[] = [
  ["api_key", "text"],
  ["name", "text"],
  ["description", "text"],
  ["is_admin", "flag"],
  ["last_seen", "number"],
  ["intent_blacklist", "old-list"],
  ["skill_blacklist", "old-list"],
  ["message_blacklist", "old-list"],
  ["allowed_types", "json"],
  ["crypto_key", "text"],
  ["password", "text"],
  ["can_broadcast", "flag"],
  ["can_escalate", "flag"],
  ["can_propagate", "flag"],
  ["metadata", "json"],
];
const KNOWN: ReadonlySet<string> = new Set(COLUMN_NAMES);
const RESURRECTED = COLUMN_NAMES.length;

/** Never null in what we write. */
export function isJsonColumn(name: ColumnName): boolean {
  return KINDS.some(([column, kind]) => column === name && kind === "json");
}

/** What no field may hold: core names the field that does. */
const NOT_A_FLAG = "";
const NOT_ANYTHING_ELSE = false;

/** The record in a row; a tombstone where the client was revoked and an older program wrote it back. */
export function decodeRow(row: Row): StoredEntry {
  const id = typeof row[0] === "number" ? row[0] : undefined;
  if (id !== undefined && row[RESURRECTED] === 1) return { id, record: tombstone(id) };
  const fields: Record<string, Json> = { client_id: id ?? null };
  for (const [i, [name, kind]] of KINDS.entries()) {
    const value = row[i + 1] ?? null;
    if (value !== null || kind !== "old-list") fields[name] = DECODE[kind](value);
  }
  Object.freeze(fields);
  const entry = toEntry(id, fields, "");
  // Its text costs more than all the rest, and only a bad record needs it.
  return entry.record === undefined ? toEntry(id, fields, textOf(row)) : entry;
}

const DECODE: { readonly [kind in Kind]: (value: SqlValue) => Json } = {
  text: (value) => (value === null || typeof value === "string" ? value : NOT_ANYTHING_ELSE),
  flag: (value) => {
    if (value === 1 || value === 0) return value === 1;
    return value === null ? null : NOT_A_FLAG;
  },
  number: (value) => (value === null || typeof value === "number" ? value : NOT_ANYTHING_ELSE),
  json: (value) => (value === null || value === "" ? null : parsed(value)),
  "old-list": (value) => (value === null || value === "" ? null : parsed(value)),
};

function parsed(value: SqlValue): Json {
  if (typeof value !== "string") return NOT_ANYTHING_ELSE;
  try {
    return parseJson(value);
  } catch {
    // Not JSON is not what the field may hold; core says which field it is, and nothing of the text.
    return NOT_ANYTHING_ELSE;
  }
}

/** What a bad record was read from: texts as JSON strings, JSON as it stands. */
function textOf(row: Row): string {
  return KINDS.map(([, kind], i) => {
    const value = row[i + 1] ?? null;
    const text = Buffer.isBuffer(value) ? value.toString("utf8") : String(value);
    return kind === "text" ? JSON.stringify(text) : text;
  }).join(" ");
}

/** The values of the 16 columns. What has no column joins the metadata, as Python hubs do it. */
export function encodeRecord(record: StoredRecord): readonly SqlValue[] {
  const upgraded = upgradeRecord(record);
  const values: JsonObject = { ...upgraded, allowed_types: listOf(upgraded), metadata: metadataOf(upgraded) };
  return [upgraded.client_id, ...KINDS.map(([name, kind]) => ENCODE[kind](values[name], name))];
}

const ENCODE: { readonly [kind in Kind]: (value: Json | undefined, name: ColumnName) => SqlValue } = {
  text: (value) => (typeof value === "string" ? value : null),
  flag: encodeFlag,
  number: (value) => numberOf(value) ?? -1,
  json: (value) => pythonJson(value ?? null),
  "old-list": () => null,
};

/** Absent, it is what a hub takes it for; null is false to a hub. */
function encodeFlag(value: Json | undefined, name: ColumnName): SqlValue {
  if (value === undefined) return name === "is_admin" ? 0 : 1;
  return value === true || value === 1 ? 1 : 0;
}

/** A hub's Redis script writes {} for an empty list. */
function listOf({ allowed_types: value }: StoredRecord): Json {
  return Array.isArray(value) ? value : [];
}

function metadataOf(record: StoredRecord): JsonObject {
  const metadata = isJsonObject(record["metadata"]) ? record["metadata"] : {};
  const unknown = Object.entries(record).filter(([key]) => !KNOWN.has(key));
  return unknown.length === 0 ? metadata : Object.fromEntries([...unknown, ...Object.entries(metadata)]);
}

/** The values of `next`, with `null` for JSON that stays as it is: its text, spaces and all, is not ours to change. */
export function encodeChange(
  now: StoredRecord,
  next: StoredRecord,
  values: readonly SqlValue[],
): readonly SqlValue[] {
  return values.map((value, i) => {
    const [name, kind] = KINDS[i - 1] ?? [];
    return kind === "json" && name !== undefined && sameJson(now[name], next[name]) ? null : value;
  });
}

/** The record as it will be read back from these values. */
export function asStored(values: readonly SqlValue[]): StoredRecord {
  const entry = decodeRow(values);
  if (entry.record === undefined) throw new TypeError(`what is to be stored is no record: ${entry.reason}`);
  return entry.record;
}
