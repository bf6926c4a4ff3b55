/** Keys and secrets for tests of sealing, and what a store shows of them. */
import assert from "node:assert/strict";
import { inspect } from "node:util";
import type { Backend, StoredRecord } from "../../backend/contract.ts";
import { OWN_METADATA } from "../../backend/record.ts";
import type { ClientId } from "../../client.ts";
import { isJsonObject } from "../../json.ts";
import type { Json, JsonObject } from "../../json.ts";
import type { SealOptions } from "../../sealing/keyring.ts";
import { collect } from "./collect.ts";

const key = (byte: string): string => byte.repeat(32);
/** No secrets of anybody: fixed, so that a failure can be repeated. */
export const [KEY, NEXT_KEY] = [key("a1"), key("b2")];

export const SEALED: { readonly seal: SealOptions } = { seal: { key: KEY } };
/** In the middle of a change of keys. */
export const BOTH: { readonly seal: SealOptions } = { seal: { key: NEXT_KEY, previous: [KEY] } };
export const NEXT: { readonly seal: SealOptions } = { seal: { key: NEXT_KEY } };
export const FOREIGN: { readonly seal: SealOptions } = { seal: { key: key("c3") } };
/** Also where the whole run is sealed. */
export const KEYLESS = { seal: undefined };

export const PASSWORD = "canary-of-a-sealed-password";
export const SECRETS = {
  password: PASSWORD,
  cryptoKey: "canary-16-crypto",
  secretMetadata: { note: "canary-of-sealed-metadata" },
} as const;
export const ENTRY = { privateKey: "canary-of-a-sealed-entry" } as const;
const CANARIES = [PASSWORD, SECRETS.cryptoKey, SECRETS.secretMetadata.note, ENTRY.privateKey];

/** Which of the secrets stand there as they are, as text or as the hex of its bytes. */
export function inTheClear(stored: unknown): readonly string[] {
  const snapshot = inspect(stored, {
    depth: Infinity,
    maxArrayLength: Infinity,
    maxStringLength: Infinity,
    breakLength: Infinity,
  });
  return CANARIES.filter((canary) => [canary, hex(canary)].some((form) => snapshot.includes(form)));
}

function hex(text: string): string {
  return Buffer.from(text).toString("hex");
}

/** All that the store knows now: not what it has forgotten and the disk has not. */
export async function contents(backend: Backend): Promise<unknown> {
  const scopes = await backend.state.scopes();
  return [
    (await collect(backend.list())).flat(),
    await Promise.all(scopes.map((scope) => backend.state.list(scope))),
  ];
}

export async function storedRecord(backend: Backend, id: ClientId): Promise<StoredRecord> {
  const record = (await backend.get([id])).get(id)?.record;
  assert.ok(record, `client ${id} is not in the store`);
  return record;
}

/** `metadata.hivemind_db.sealed` */
export function sealedPart(record: StoredRecord): JsonObject {
  const own = ownPart(record)["sealed"];
  return isJsonObject(own) ? own : {};
}

/** The record with this in place of its sealed texts, as somebody who may write to the store could do. */
export function withSealedPart(
  record: StoredRecord,
  sealed: { readonly [field: string]: Json },
): StoredRecord {
  const metadata = { ...objectAt(record, "metadata"), [OWN_METADATA]: { ...ownPart(record), sealed } };
  return Object.freeze({ ...record, metadata });
}

function ownPart(record: StoredRecord): JsonObject {
  return objectAt(objectAt(record, "metadata"), OWN_METADATA);
}

function objectAt(object: JsonObject, name: string): JsonObject {
  const value = object[name];
  return isJsonObject(value) ? value : {};
}
