/** Do two records say the same? Each backend has its own form for what is absent, and for true and false. */
import { isJsonObject, numberOf, sameJson, upgradeRecord } from "@hivemind/db-core/backend";
import type { Json, JsonObject, StoredRecord } from "@hivemind/db-core/backend";

/** The fields, by their stored names, in which these two differ. */
export function differingFields(a: StoredRecord, b: StoredRecord): readonly string[] {
  if (sameJson(a, b)) return [];
  const [left, right] = [normalForm(a), normalForm(b)];
  return Object.keys(left).filter((field) => !sameJson(left[field], right[field]));
}

/** Every field that there is, as a Python hub would take it. What is unknown to hubs joins the metadata. */
function normalForm(stored: StoredRecord): JsonObject {
  const record = upgradeRecord(stored);
  const unknown = Object.entries(record).filter(([field]) => !Object.hasOwn(FIELDS, field));
  const known = Object.entries(FIELDS).map(([field, read]) => [field, read(record[field])]);
  const metadata = { ...Object.fromEntries(unknown), ...objectOf(record["metadata"]) };
  return { ...Object.fromEntries(known), metadata };
}

const same = (value: Json | undefined): Json => value ?? null;
const text = (value: Json | undefined): Json => value ?? "";
const list = (value: Json | undefined): Json => (Array.isArray(value) ? value : []);
const flag =
  (ifAbsent: boolean) =>
  (value: Json | undefined): Json =>
    value === undefined ? ifAbsent : value === true || value === 1;
const objectOf = (value: Json | undefined): JsonObject => (isJsonObject(value) ? value : {});

const FIELDS: { readonly [field: string]: (value: Json | undefined) => Json } = {
  client_id: same,
  api_key: same,
  name: text,
  description: text,
  is_admin: flag(false),
  last_seen: (value) => numberOf(value) ?? -1,
  allowed_types: list,
  crypto_key: same,
  password: same,
  can_broadcast: flag(true),
  can_escalate: flag(true),
  can_propagate: flag(true),
  metadata: objectOf,
};
