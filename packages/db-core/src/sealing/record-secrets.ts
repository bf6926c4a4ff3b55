/**
 * The secrets of a client in its stored record. In the clear: `password` and `crypto_key` where Python hubs keep
 * them, `metadata.hivemind_db.secret_metadata`. Sealed: all three in `metadata.hivemind_db.sealed`, and `null` at the
 * top, since a sealed text there would be a working password for a Python hub.
 */
import type { StoredRecord } from "../backend/contract.ts";
import { OWN_METADATA } from "../backend/record.ts";
import type { ClientSecrets } from "../client.ts";
import { isJsonObject } from "../json.ts";
import type { Json, JsonObject } from "../json.ts";
import { clientBinding } from "./binding.ts";
import type { Binding } from "./binding.ts";
import type { Keyring } from "./keyring.ts";
import type { Sealer } from "./sealer.ts";
import type { Slot } from "./slot.ts";

/** What of a client is sealed. The access key is not: clients are found by it. */
export type SecretFields = Omit<ClientSecrets, "accessKey">;

interface SecretField {
  readonly name: keyof SecretFields;
  /** Under `sealed`. */
  readonly sealedAs: string;
  /** At the top of the record; `undefined`: in our part of the metadata. */
  readonly column?: string;
  readonly label: string;
}

const FIELDS: readonly SecretField[] = [
  { name: "password", sealedAs: "password", column: "password", label: "password" },
  { name: "cryptoKey", sealedAs: "crypto_key", column: "crypto_key", label: "crypto key" },
  { name: "secretMetadata", sealedAs: "metadata", label: "secret metadata" },
];

const NONE: SecretFields = Object.freeze({
  password: null,
  cryptoKey: null,
  secretMetadata: Object.freeze({}),
});

export interface SecretSlot {
  readonly slot: Slot;
  readonly binding: Binding;
}

/** Where each secret of the record is; those that it does not have are left out. */
export function secretSlots(record: StoredRecord): readonly SecretSlot[] {
  return FIELDS.map((field) => ({ slot: slotOf(record, field), binding: bindingOf(record, field) })).filter(
    ({ slot }) => slot.clear !== undefined || slot.sealed !== undefined,
  );
}

/** Explicit requests only. Throws where one is sealed and does not open. */
export function openSecrets(record: StoredRecord, keyring: Keyring): SecretFields {
  const secrets: { -readonly [Name in keyof SecretFields]: Json } = { ...NONE };
  for (const field of FIELDS) {
    const { clear, sealed } = slotOf(record, field);
    if (clear !== undefined) secrets[field.name] = clear;
    else if (sealed !== undefined) secrets[field.name] = keyring.open(sealed, bindingOf(record, field));
  }
  return Object.freeze(secrets as SecretFields);
}

/** The record with these secrets, and with those not given as they are; sealed where they are to be. */
export function placeSecrets(
  record: StoredRecord,
  given: Partial<SecretFields>,
  sealer: Sealer,
): StoredRecord {
  return FIELDS.reduce((placed, field) => {
    const slot = slotOf(record, field);
    const binding = bindingOf(record, field);
    const value = given[field.name];
    if (value === undefined) return withSlot(placed, field, slot, sealer.keep(slot, binding));
    return withSlot(placed, field, slot, isNone(value) ? {} : sealer.put(slot, value, binding));
  }, record);
}

/** Have both records the same secrets, in whatever form? What does not open is the same only letter by letter. */
export function sameSecrets(a: StoredRecord, b: StoredRecord, keyring: Keyring): boolean {
  return FIELDS.every((field) => keyring.isSame(slotOf(a, field), slotOf(b, field), bindingOf(a, field)));
}

/** The record with each of its secrets in another form. The same object where none of them changes. */
export function mapSecrets(
  record: StoredRecord,
  change: (slot: Slot, binding: Binding, at: (other: StoredRecord) => Slot) => Slot,
): StoredRecord {
  return FIELDS.reduce((placed, field) => {
    const slot = slotOf(placed, field);
    const next = change(slot, bindingOf(record, field), (other) => slotOf(other, field));
    const isSame = next.clear === slot.clear && next.sealed === slot.sealed;
    return isSame ? placed : withSlot(placed, field, slot, next);
  }, record);
}

function bindingOf(record: StoredRecord, { sealedAs, label }: SecretField): Binding {
  return clientBinding(record.client_id, sealedAs, label);
}

function slotOf(record: StoredRecord, { column, sealedAs }: SecretField): Slot {
  const own = objectOf(objectOf(record["metadata"])[OWN_METADATA]);
  const clear = column === undefined ? own["secret_metadata"] : record[column];
  return { clear: isNone(clear) ? undefined : clear, sealed: objectOf(own["sealed"])[sealedAs] ?? undefined };
}

function withSlot(record: StoredRecord, field: SecretField, before: Slot, slot: Slot): StoredRecord {
  if (slot === before) return record;
  const { column, sealedAs } = field;
  // Neither sealed nor unsealed: the metadata stays as it is.
  if (column !== undefined && slot.sealed === before.sealed)
    return Object.freeze({ ...record, [column]: slot.clear ?? null });
  const metadata = objectOf(record["metadata"]);
  const own = objectOf(metadata[OWN_METADATA]);
  const sealed = withMember(objectOf(own["sealed"]), sealedAs, slot.sealed);
  const ownSealed = withMember(own, "sealed", isNone(sealed) ? undefined : sealed);
  const nextOwn = column === undefined ? withMember(ownSealed, "secret_metadata", slot.clear) : ownSealed;
  const nextMetadata = withMember(metadata, OWN_METADATA, isNone(nextOwn) ? undefined : nextOwn);
  const hasMetadata = isJsonObject(record["metadata"]) || !isNone(nextMetadata);
  return Object.freeze({
    ...record,
    ...(column === undefined ? {} : { [column]: slot.clear ?? null }),
    ...(hasMetadata ? { metadata: nextMetadata } : {}),
  }) as StoredRecord;
}

/** Neither a password, nor a key, nor an object with anything in it. */
function isNone(value: Json | undefined): boolean {
  if (value === undefined || value === null || value === "") return true;
  return isJsonObject(value) && Object.keys(value).length === 0;
}

function withMember(object: JsonObject, name: string, value: Json | undefined): JsonObject {
  const { [name]: _, ...others } = object;
  return Object.freeze(value === undefined ? others : { ...others, [name]: value });
}

const objectOf = (value: Json | undefined): JsonObject => (isJsonObject(value) ? value : {});
