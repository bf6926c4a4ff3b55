/** Schema 1 to 2. Idempotent, so that a migration that was cut off can simply run again. */
import type { ClientId } from "../client.ts";
import { isJsonObject } from "../json.ts";
import type { Json } from "../json.ts";
import type { Notice } from "../notice.ts";
import type { MigrationReport, StoredEntry, StoredRecord } from "./contract.ts";
import { isTombstone } from "./record.ts";

/** The newest schema that this release knows. A store that says more is refused (`newer-schema`). */
export const SCHEMA = 2;

/** The record in schema 2; the same object where it is already. */
export function upgradeRecord(record: StoredRecord): StoredRecord {
  const metadata = isJsonObject(record["metadata"]) ? record["metadata"] : {};
  const old = ["intent_blacklist", "skill_blacklist", "message_blacklist"];
  if (!old.some((key) => Object.hasOwn(record, key)) && !Object.hasOwn(metadata, "message_blacklist"))
    return record;

  const lists = Object.entries(record).filter(
    ([key, value]) => (key === "intent_blacklist" || key === "skill_blacklist") && isFilledList(value),
  );
  const kept = Object.entries(metadata).filter(([key]) => key !== "message_blacklist");
  return Object.freeze({
    ...(Object.fromEntries(Object.entries(record).filter(([key]) => !old.includes(key))) as StoredRecord),
    // Later entries win: what metadata already has is not overwritten.
    metadata: Object.freeze(Object.fromEntries([...lists, ...kept])),
  });
}

function isFilledList(value: Json): boolean {
  return Array.isArray(value) && value.length > 0;
}

/** What an operator has to know about the upgrade of these records. From schema 2: nothing was done. */
export function migrationReport(
  entries: Iterable<StoredEntry>,
  backup: string | undefined,
  from: 1 | 2 = 1,
): MigrationReport {
  const droppedMessageBlacklist: ClientId[] = [];
  const emptyAllowedTypes: ClientId[] = [];
  for (const { id, record } of from === SCHEMA ? [] : entries) {
    if (record === undefined || isTombstone(record)) continue;
    const metadata = isJsonObject(record["metadata"]) ? record["metadata"] : {};
    if ([record, metadata].some((place) => isFilledList(place["message_blacklist"] ?? null))) {
      droppedMessageBlacklist.push(id);
    }
    if (!isFilledList(record["allowed_types"] ?? null)) emptyAllowedTypes.push(id);
  }
  return { from, to: SCHEMA, droppedMessageBlacklist, emptyAllowedTypes, backup };
}

/** What a backend tells its operator after an upgrade that nobody asked for by name. */
export function migrationNotice({
  backup,
  droppedMessageBlacklist,
  emptyAllowedTypes,
}: MigrationReport): Notice {
  const parts = ["the store was upgraded from schema 1 to 2"];
  if (backup !== undefined) parts.push(`as it was, it is kept in ${backup}`);
  if (droppedMessageBlacklist.length > 0) {
    parts.push(`message_blacklist was dropped (client ids ${droppedMessageBlacklist.join(", ")})`);
  }
  if (emptyAllowedTypes.length > 0) {
    parts.push(
      `these have no allowed type and may send nothing now: client ids ${emptyAllowedTypes.join(", ")}`,
    );
  }
  const clientIds = [...new Set([...droppedMessageBlacklist, ...emptyAllowedTypes])].toSorted(
    (a, b) => a - b,
  );
  return { code: "migrated", message: parts.join("; "), clientIds };
}
