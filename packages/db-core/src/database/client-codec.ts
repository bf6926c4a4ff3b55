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

/** Keys in the stored `metadata` that `Client.metadata` does not show: they have fields of their own. */
const METADATA_WITH_OWN_FIELDS: ReadonlySet<string> = new Set([SKILLS, INTENTS, OWN_METADATA]);

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
  const record = upgradeRecord(stored);
  const metadata = objectOf(record["metadata"]);
  const lastSeen = numberOf(record["last_seen"]) ?? -1;
  return Object.freeze({
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
    metadata: Object.freeze({
      ...pick(record, (key) => !KNOWN_FIELDS.has(key) && !METADATA_WITH_OWN_FIELDS.has(key)),
      ...pick(metadata, (key) => !METADATA_WITH_OWN_FIELDS.has(key)),
    }),
    revoked: isTombstone(record),
  });
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
  const set: Record<string, Json | undefined> = {
    api_key: fields.accessKey,
    name: fields.name,
    description: fields.description,
    is_admin: fields.isAdmin,
    last_seen: fields.lastSeen === null ? -1 : fields.lastSeen,
    allowed_types: fields.allowedTypes,
    can_broadcast: fields.canBroadcast,
    can_escalate: fields.canEscalate,
    can_propagate: fields.canPropagate,
    metadata: newMetadata(objectOf(record["metadata"]), fields),
  };
  // New metadata replaces all that the client showed as metadata: also the unknown fields beside it.
  const kept = fields.metadata === undefined ? record : pick(record, (key) => KNOWN_FIELDS.has(key));
  const next = { ...kept, ...pick(set, (_key, value) => value !== undefined) } as unknown as StoredRecord;
  return placeSecrets(Object.freeze(next), fields, sealer);
}

function newMetadata(now: JsonObject, fields: ValidFields): JsonObject | undefined {
  const { metadata, skillBlacklist, intentBlacklist } = fields;
  if (metadata === undefined && skillBlacklist === undefined && intentBlacklist === undefined)
    return undefined;
  const free = metadata ?? pick(now, (key) => !METADATA_WITH_OWN_FIELDS.has(key));
  const lists = {
    [SKILLS]: skillBlacklist ?? listOf(now[SKILLS]),
    [INTENTS]: intentBlacklist ?? listOf(now[INTENTS]),
  };
  const own = pick(now, (key) => key === OWN_METADATA);
  return Object.freeze({ ...free, ...pick(lists, (_key, list) => list.length > 0), ...own });
}

function pick<T>(
  object: { readonly [key: string]: T },
  wanted: (key: string, value: T) => boolean,
): { [key: string]: Exclude<T, undefined> } {
  // Object.fromEntries defines properties, so that a key named "__proto__" stays data.
  return Object.fromEntries(Object.entries(object).filter(([key, value]) => wanted(key, value))) as {
    [key: string]: Exclude<T, undefined>;
  };
}

const textOf = (value: Json | undefined): string => (typeof value === "string" ? value : "");
const objectOf = (value: Json | undefined): JsonObject => (isJsonObject(value) ? value : {});
const listOf = (value: Json | undefined): readonly string[] =>
  Array.isArray(value) ? (value as string[]) : [];
// A column that Python left unset is null there, and false to Python.
const flagOf = (value: Json | undefined, ifAbsent: boolean): boolean =>
  value === undefined ? ifAbsent : value === true || value === 1;
