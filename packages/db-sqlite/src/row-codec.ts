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
import { COLUMN_NAMES, WRITTEN_NAMES } from "./columns.ts";
import type { ColumnName } from "./columns.ts";
import type { SqlValue } from "./driver.ts";
import { pythonJson } from "./python-json.ts";

/** The columns in their order, the id `null` where it is none, and whether the client was revoked all the same. */
export type Row = readonly [...values: SqlValue[]];

const KNOWN: ReadonlySet<string> = new Set(COLUMN_NAMES);
const RESURRECTED = COLUMN_NAMES.length;
const JSON_COLUMNS: ReadonlySet<ColumnName> = new Set(["allowed_types", "metadata"]);

/** Never null in what we write. */
export function isJsonColumn(name: ColumnName): boolean {
  return JSON_COLUMNS.has(name);
}

/** What no field may hold: core names the field that does. */
const NOT_A_FLAG = "";
const NOT_ANYTHING_ELSE = false;

/** The record in a row; a tombstone where the client was revoked and an older program wrote it back. */
export function decodeRow(row: Row): StoredEntry {
  const id = typeof row[0] === "number" ? row[0] : undefined;
  if (id !== undefined && row[RESURRECTED] === 1) return { id, record: tombstone(id) };
  // Each by its place: this runs for every look-up, and a loop over the columns would cost twice as much.
  const fields: Record<string, Json> = {
    client_id: id ?? null,
    api_key: textIn(row[1]),
    name: textIn(row[2]),
    description: textIn(row[3]),
    is_admin: flagIn(row[4]),
    last_seen: numberIn(row[5]),
    allowed_types: jsonIn(row[9]),
    crypto_key: textIn(row[10]),
    password: textIn(row[11]),
    can_broadcast: flagIn(row[12]),
    can_escalate: flagIn(row[13]),
    can_propagate: flagIn(row[14]),
    metadata: jsonIn(row[15]),
  };
  for (const [name, column] of OLD_LISTS) {
    const value = row[column] ?? null;
    if (value !== null) fields[name] = jsonIn(value);
  }
  Object.freeze(fields);
  const entry = toEntry(id, fields, "");
  // Its text costs more than all the rest, and only a bad record needs it.
  return entry.record === undefined ? toEntry(id, fields, textOf(row)) : entry;
}

/** Lists of schema 1, and where their columns are. */
const OLD_LISTS = [
  ["intent_blacklist", 6],
  ["skill_blacklist", 7],
  ["message_blacklist", 8],
] as const;

type Column = SqlValue | undefined;

function textIn(value: Column): Json {
  return typeof value === "string" ? value : orNull(value, NOT_ANYTHING_ELSE);
}

function flagIn(value: Column): Json {
  if (value === 1) return true;
  return value === 0 ? false : orNull(value, NOT_A_FLAG);
}

function numberIn(value: Column): Json {
  return typeof value === "number" ? value : orNull(value, NOT_ANYTHING_ELSE);
}

function jsonIn(value: Column): Json {
  if (typeof value !== "string") return orNull(value, NOT_ANYTHING_ELSE);
  if (value === "") return null;
  try {
    return parseJson(value);
  } catch {
    // Not JSON is not what the field may hold; core says which field it is, and nothing of the text.
    return NOT_ANYTHING_ELSE;
  }
}

function orNull(value: Column, otherwise: Json): Json {
  return value === null || value === undefined ? null : otherwise;
}

const TEXT_COLUMNS: ReadonlySet<ColumnName> = new Set([
  "api_key",
  "name",
  "description",
  "crypto_key",
  "password",
]);

/** What a bad record was read from: texts as JSON strings, JSON as it stands. */
function textOf(row: Row): string {
  return COLUMN_NAMES.slice(1)
    .map((name, i) => {
      const value = row[i + 1] ?? null;
      const text = Buffer.isBuffer(value) ? value.toString("utf8") : String(value);
      return TEXT_COLUMNS.has(name) ? JSON.stringify(text) : text;
    })
    .join(" ");
}

/** The record as it will be read back once it is stored: what has no column joins the metadata, as Python hubs do it. */
export function asStored(record: StoredRecord): StoredRecord {
  const upgraded = upgradeRecord(record);
  return Object.freeze({
    client_id: upgraded.client_id,
    api_key: upgraded.api_key,
    name: textOrNull(upgraded["name"]),
    description: textOrNull(upgraded["description"]),
    is_admin: flagOf(upgraded["is_admin"], false),
    last_seen: numberOf(upgraded["last_seen"]) ?? -1,
    allowed_types: listOf(upgraded["allowed_types"]),
    crypto_key: textOrNull(upgraded["crypto_key"]),
    password: textOrNull(upgraded["password"]),
    can_broadcast: flagOf(upgraded["can_broadcast"], true),
    can_escalate: flagOf(upgraded["can_escalate"], true),
    can_propagate: flagOf(upgraded["can_propagate"], true),
    metadata: metadataOf(upgraded),
  });
}

/** The values of the columns that are written, for a record that is `asStored`. */
export function encodeRecord(stored: StoredRecord): readonly SqlValue[] {
  const flag = (name: ColumnName): SqlValue => (stored[name] === true ? 1 : 0);
  const text = (name: ColumnName): SqlValue => stored[name] as string | null;
  return [
    stored.client_id,
    stored.api_key,
    text("name"),
    text("description"),
    flag("is_admin"),
    stored["last_seen"] as number,
    pythonJson(stored["allowed_types"] ?? null),
    text("crypto_key"),
    text("password"),
    flag("can_broadcast"),
    flag("can_escalate"),
    flag("can_propagate"),
    pythonJson(stored["metadata"] ?? null),
  ];
}

function textOrNull(value: Json | undefined): string | null {
  return typeof value === "string" ? value : null;
}

/** Absent, it is what a hub takes it for; null is false to a hub. */
function flagOf(value: Json | undefined, ifAbsent: boolean): boolean {
  return value === undefined ? ifAbsent : value === true || value === 1;
}

const NO_LIST: readonly Json[] = Object.freeze([]);

/** A hub's Redis script writes {} for an empty list. */
function listOf(value: Json | undefined): Json {
  return Array.isArray(value) ? value : NO_LIST;
}

function metadataOf(record: StoredRecord): JsonObject {
  const metadata = isJsonObject(record["metadata"]) ? record["metadata"] : {};
  const unknown = Object.keys(record).filter((key) => !KNOWN.has(key));
  if (unknown.length === 0) return metadata;
  const joined = unknown.map((key) => [key, record[key] as Json] as const);
  return Object.freeze(Object.fromEntries([...joined, ...Object.entries(metadata)]));
}

/** The values of `next`, with `null` for JSON that stays as it is: its text, spaces and all, is not ours to change. */
export function encodeChange(now: StoredRecord, next: StoredRecord): readonly SqlValue[] {
  return encodeRecord(next).map((value, i) => {
    const name = WRITTEN_NAMES[i];
    return name !== undefined && isJsonColumn(name) && sameJson(now[name], next[name]) ? null : value;
  });
}
