/**
 * The format of a backup: lines of JSON (NDJSON, UTF-8, mode 0600), the same for all backends.
 *
 *     {"format":"hivemind-db-backup","version":1,"schema":2,"createdAt":"2026-01-31T12:00:00.000Z","backend":"@hivemind/db-json"}
 *     {"record":{"client_id":1,"api_key":"...",...}}          each record as it is stored, by ascending id
 *     {"state":{"scope":"shared","key":"...","text":"..."}}   what the nodes remember
 *     {"end":{"records":1,"state":1,"sha256":"..."}}          the checksum of every byte before this line
 *
 * A reader refuses a version that it does not know, and a file whose last line is missing or does not fit.
 */
import { createHash } from "node:crypto";
import { isJsonObject, parseJson, stringifyJson } from "@hivemind/db-core/backend";
import type { Json, JsonObject } from "@hivemind/db-core/backend";

export const BACKUP_FORMAT = "hivemind-db-backup";
export const BACKUP_VERSION = 1;

export function backupLine(value: JsonObject): string {
  return `${stringifyJson(value)}\n`;
}

/** `undefined` for what is no JSON object on one line. */
export function parseBackupLine(bytes: Buffer): JsonObject | undefined {
  try {
    const value: Json = parseJson(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
    return isJsonObject(value) ? value : undefined;
  } catch {
    // Their errors say no more.
    return undefined;
  }
}

export function checksum() {
  return createHash("sha256");
}
