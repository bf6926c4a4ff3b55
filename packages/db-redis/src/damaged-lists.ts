/** Empty lists that the last-seen script of Python hubs has stored as `{}`: cjson knows one empty table. */
import { isJsonObject } from "@hivemind/db-core/backend";
import type { StoredRecord } from "@hivemind/db-core/backend";

const LISTS = ["allowed_types", "intent_blacklist", "skill_blacklist", "message_blacklist"];

/** The record with lists where lists belong; the same object where they are. */
export function withLists(record: StoredRecord): StoredRecord {
  const damaged = LISTS.filter((name) => isJsonObject(record[name]));
  if (damaged.length === 0) return record;
  return Object.freeze({
    ...record,
    ...Object.fromEntries(damaged.map((name) => [name, Object.freeze([])])),
  });
}
