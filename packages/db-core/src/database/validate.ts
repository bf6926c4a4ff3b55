/** What may be stored. Python hubs and every backend must be able to keep it, and to find it again. */
import { OWN_METADATA, REVOKED_KEY } from "../backend/record.ts";
import type { ClientFields } from "../client.ts";
import { DbError } from "../errors.ts";
import { isJsonObject, toJson } from "../json.ts";
import type { JsonObject } from "../json.ts";

/** Fields that can be stored as they are: frozen copies. */
export type ValidFields = { readonly [Name in keyof ClientFields]?: ValidField<Name> };
type ValidField<Name extends keyof ClientFields> = Name extends "metadata" | "secretMetadata"
  ? JsonObject
  : ClientFields[Name];

/** Checks the given fields and no others. Throws `invalid` for a value, `TypeError` for an unknown field. */
export function validFields(fields: Partial<ClientFields>): ValidFields {
  if (typeof fields !== "object" || fields === null || Array.isArray(fields) || "then" in fields) {
    throw new TypeError("the fields of a client are a plain object, and a change answers them at once");
  }
  const valid: { [name: string]: unknown } = {};
  for (const [name, value] of Object.entries(fields) as [keyof ClientFields, unknown][]) {
    if (value === undefined) continue;
    const check = CHECKS.get(name);
    if (check === undefined) throw new TypeError(`a client has no field ${JSON.stringify(name)}`);
    valid[name] = check(value, name);
  }
  return valid;
}

type Check = (value: unknown, name: string) => unknown;

// A Map and not an object: a field named "constructor" or "__proto__" must not be found in it.
const CHECKS = new Map<keyof ClientFields, Check>([
  ["name", text],
  ["description", text],
  ["isAdmin", flag],
  ["lastSeen", seconds],
  ["allowedTypes", list],
  ["canBroadcast", flag],
  ["canEscalate", flag],
  ["canPropagate", flag],
  ["skillBlacklist", list],
  ["intentBlacklist", list],
  ["metadata", metadata],
  ["accessKey", accessKey],
  ["password", password],
  ["cryptoKey", cryptoKey],
  ["secretMetadata", secretMetadata],
]);

function invalid(name: string, expected: string): DbError {
  return new DbError("invalid", `${name} must be ${expected}`);
}

function text(value: unknown, name: string): string {
  if (typeof value !== "string") throw invalid(name, "a string");
  if (!value.isWellFormed()) throw invalid(name, "well-formed Unicode (it has a lone surrogate)");
  return value;
}

function flag(value: unknown, name: string): boolean {
  if (typeof value !== "boolean") throw invalid(name, "true or false");
  return value;
}

/** Unix seconds. */
export function seconds(value: unknown, name: string): number | null {
  if (value === null) return null;
  if (typeof value !== "number" || !Number.isFinite(value) || value < 0) {
    throw invalid(name, "Unix seconds from 0, or null for never");
  }
  return value;
}

function list(value: unknown, name: string): readonly string[] {
  if (!Array.isArray(value)) throw invalid(name, "a list of strings");
  const texts: string[] = [];
  // Unlike `map`, this does not skip the holes of a sparse list, which would be stored.
  for (const item of value as readonly unknown[]) texts.push(text(item, `each of ${name}`));
  return Object.freeze(texts);
}

function accessKey(value: unknown, name: string): string {
  const key = text(value, name);
  if (key === "" || key === REVOKED_KEY)
    throw invalid(name, `neither empty nor "${REVOKED_KEY}", which marks the revoked`);
  return key;
}

function password(value: unknown, name: string): string | null {
  if (value === "") throw invalid(name, "a non-empty string, or null for none");
  return value === null ? null : text(value, name);
}

function cryptoKey(value: unknown, name: string): string | null {
  if (value === null) return null;
  // Code points, as Python counts.
  if (Array.from(text(value, name)).length !== 16)
    throw invalid(name, "exactly 16 characters, or null for none");
  return value as string;
}

const RESERVED_METADATA = new Map([
  ["skill_blacklist", "set skillBlacklist instead"],
  ["intent_blacklist", "set intentBlacklist instead"],
  ["message_blacklist", "schema 2 has none: leave the type out of allowedTypes"],
  [OWN_METADATA, "this package keeps its own data there"],
]);

function metadata(value: unknown, name: string): JsonObject {
  for (const key of Object.keys(value ?? {})) {
    const advice = RESERVED_METADATA.get(key);
    if (advice !== undefined) throw new DbError("invalid", `${name} cannot hold the key ${key}: ${advice}`);
  }
  // Metadata is one level down in its record, which has to be readable as a whole.
  return jsonObject(value, name, 1);
}

/** Two levels below the metadata, in our own part of it. */
function secretMetadata(value: unknown, name: string): JsonObject {
  return jsonObject(value, name, 3);
}

function jsonObject(value: unknown, name: string, depth: number): JsonObject {
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw invalid(name, "a JSON object");
  try {
    const json = toJson(value, name, depth);
    if (!isJsonObject(json)) throw invalid(name, "a JSON object");
    return json;
  } catch (error) {
    if (error instanceof TypeError)
      throw new DbError("invalid", `${name} cannot be stored: ${error.message}`);
    throw error;
  }
}
