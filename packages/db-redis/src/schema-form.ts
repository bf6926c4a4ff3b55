/**
 * Records in the form of the store's schema. Until the store is migrated its hubs are of schema 1, and look
 * for the two blacklists beside `metadata`; in it they would not bind.
 */
import { isJsonObject, isTombstone } from "@hivemind/db-core/backend";
import type { Json, StoredRecord } from "@hivemind/db-core/backend";

const LISTS = ["intent_blacklist", "skill_blacklist"];

/** `before`: the record that this one replaces, with what schema 2 has no place for. */
export function inSchema(schema: 1 | 2, record: StoredRecord, before?: StoredRecord): StoredRecord {
  if (schema === 2 || isTombstone(record)) return record;
  const metadata = isJsonObject(record["metadata"]) ? record["metadata"] : {};
  const messages = before?.["message_blacklist"];
  const lists = LISTS.flatMap((name): [string, Json][] => {
    const list = metadata[name];
    if (list !== undefined) return [[name, list]];
    return before !== undefined && Object.hasOwn(before, name) ? [[name, []]] : [];
  });
  return Object.freeze({
    ...record,
    ...Object.fromEntries(lists),
    // Dropped by the migration alone, which says so.
    ...(messages === undefined || Object.hasOwn(record, "message_blacklist")
      ? {}
      : { message_blacklist: messages }),
    metadata: Object.freeze(
      Object.fromEntries(Object.entries(metadata).filter(([name]) => !LISTS.includes(name))),
    ),
  });
}
