/** `Client` to and from the stored record, of either schema. What neither side knows of stays in the record. */
import type { StoredRecord } from "../backend/contract.ts";
import { isTombstone, OWN_METADATA } from "../backend/record.ts";
import { upgradeRecord } from "../backend/schema.ts";
import type { Client, ClientId, ClientSecrets } from "../client.ts";
import { isJsonObject, numberOf } from "../json.ts";
import type { Json, JsonObject } from "../json.ts";
import { Keyring } from "../sealing/keyring.ts";
import { openSecrets, placeSecrets } from "../sealing/record-secrets.ts";
import { Sealer } from "../sealing/sealer.ts";
import type { ValidFields } from "./validate.ts";

const SKILLS = "skill_blacklist";
const INTENTS = "intent_blacklist";

const KNOWN_FIELDS: ReadonlySet<string> = new Set([
  "client_id",
  "api_key",
  "name",
  "description",
  "is_admin",
  "last_seen",
  "allowed_types",
  "crypto_key",
  "password",
  "can_broadcast",
  "can_escalate",
  "can_propagate",
  "metadata",
]);

const UNSEALED = new Sealer(new Keyring(undefined), null);

/** The client in a record that has passed `toEntry`. */
export function toClient(stored: StoredRecord): Client {
  return Object.freeze(clientIn(stored));
}

/** Not frozen yet. */
export function clientIn(stored: StoredRecord): Client {
  const record = upgradeRecord(stored);
  const metadata = objectOf(record["metadata"]);
  const unknown = unknownFields(record);
  const lastSeen = numberOf(record["last_seen"]) ?? -1;
  return {
    id: record.client_id,
    name: textOf(record["name"]),
    description: textOf(record["description"]),
    isAdmin: flagOf(record["is_admin"], false),
    lastSeen: lastSeen < 0 ? null : lastSeen,
    allowedTypes: listOf(record["allowed_types"]),
    canBroadcast: flagOf(record["can_broadcast"], true),
    canEscalate: flagOf(record["can_escalate"], true),
    canPropagate: flagOf(record["can_propagate"], true),
    skillBlacklist: listOf(metadata[SKILLS]),
    intentBlacklist: listOf(metadata[INTENTS]),
    // As Python hubs do on reading: unknown fields join the metadata and overwrite nothing there.
    metadata:
      unknown === undefined
        ? freeMetadata(metadata)
        : Object.freeze({ ...freeMetadata(unknown), ...freeMetadata(metadata) }),
    revoked: isTombstone(record),
  };
}

/** Explicit requests only: nothing else of core hands these out. `no-key` and the like where one does not open. */
export function toSecrets(record: StoredRecord, keyring: Keyring): ClientSecrets {
  return Object.freeze({ accessKey: record.api_key, ...openSecrets(record, keyring) });
}

/** A new record, with the values a Python hub would fill in where the fields say nothing. */
export function newRecord(
  id: ClientId,
  fields: ValidFields & { readonly accessKey: string },
  sealer: Sealer = UNSEALED,
): StoredRecord {
  const blank: StoredRecord = {
    client_id: id,
    api_key: fields.accessKey,
    name: `HiveMind-Node-${id}`,
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
  };
  return withFields(blank, fields, sealer);
}

/**
 * The record with these fields set, and every other one as it was. Secrets get the form that the sealer says;
 * without one they stay in the clear, and `no-key` is thrown where that would uncover a sealed one.
 */
export function withFields(
  stored: StoredRecord,
  fields: ValidFields,
  sealer: Sealer = UNSEALED,
): StoredRecord {
  const record = upgradeRecord(stored);
  const next: { [key: string]: Json } = { ...record };
  // New metadata replaces all that the client showed as metadata: also the unknown fields beside it.
  if (fields.metadata !== undefined)
    for (const key of Object.keys(unknownFields(record) ?? {})) delete next[key];
  for (const [name, column] of COLUMNS) {
    const value = fields[name];
    if (value !== undefined) next[column] = value;
  }
  if (fields.lastSeen !== undefined) next["last_seen"] = fields.lastSeen ?? -1;
  if (changesMetadata(fields)) next["metadata"] = newMetadata(objectOf(record["metadata"]), fields);
  return placeSecrets(Object.freeze(next) as StoredRecord, fields, sealer);
}

/** Fields that stand in the record as they are. */
const COLUMNS = [
  ["accessKey", "api_key"],
  ["name", "name"],
  ["description", "description"],
  ["isAdmin", "is_admin"],
  ["allowedTypes", "allowed_types"],
  ["canBroadcast", "can_broadcast"],
  ["canEscalate", "can_escalate"],
  ["canPropagate", "can_propagate"],
] as const;

function changesMetadata({ metadata, skillBlacklist, intentBlacklist }: ValidFields): boolean {
  return metadata !== undefined || skillBlacklist !== undefined || intentBlacklist !== undefined;
}

function newMetadata(now: JsonObject, fields: ValidFields): JsonObject {
  const { [OWN_METADATA]: own } = now;
  const skills = fields.skillBlacklist ?? listOf(now[SKILLS]);
  const intents = fields.intentBlacklist ?? listOf(now[INTENTS]);
  return Object.freeze({
    ...(fields.metadata ?? freeMetadata(now)),
    ...(skills.length > 0 && { [SKILLS]: skills }),
    ...(intents.length > 0 && { [INTENTS]: intents }),
    ...(own !== undefined && { [OWN_METADATA]: own }),
  });
}

/** What a client shows of its metadata: the rest has fields of its own. */
function freeMetadata(metadata: JsonObject): JsonObject {
  const { [SKILLS]: _skills, [INTENTS]: _intents, [OWN_METADATA]: _own, ...free } = metadata;
  return Object.freeze(free);
}

/** `undefined`: there are none, as in nearly every record. */
function unknownFields(record: StoredRecord): JsonObject | undefined {
  if (Object.keys(record).every((key) => KNOWN_FIELDS.has(key))) return undefined;
  const entries = Object.entries(record).filter(([key]) => !KNOWN_FIELDS.has(key));
  // Object.fromEntries defines properties, so that a key named "__proto__" stays data.
  return Object.fromEntries(entries);
}

const textOf = (value: Json | undefined): string => (typeof value === "string" ? value : "");
const objectOf = (value: Json | undefined): JsonObject => (isJsonObject(value) ? value : {});
const listOf = (value: Json | undefined): readonly string[] =>
  Array.isArray(value) ? (value as string[]) : [];
// A column that Python left unset is null there, and false to Python.
const flagOf = (value: Json | undefined, ifAbsent: boolean): boolean =>
  value === undefined ? ifAbsent : value === true || value === 1;
