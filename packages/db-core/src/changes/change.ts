/** What is different about a client, for a node that has to drop a live connection. */
import type { StoredRecord } from "../backend/contract.ts";
import { indexValues, isTombstone, sameButLastSeen } from "../backend/record.ts";
import type { Client } from "../client.ts";
import { sameJson } from "../json.ts";
import type { Json, JsonObject } from "../json.ts";
import type { Keyring } from "../sealing/keyring.ts";
import { sameSecrets } from "../sealing/record-secrets.ts";

export type ChangeReason =
  /** A tombstone now, or gone from the store. */
  | "revoked"
  /** Something that it might do, it may not any more. */
  | "permission-removed"
  | "permission-added"
  /**
   * Access key, password, crypto key, certificates, secret metadata. Not where they are only sealed anew; but a node
   * without one of both keys cannot tell, and is told.
   */
  | "credential-changed"
  /** Name, description, metadata. */
  | "other";

export interface ClientChanged {
  readonly type: "changed";
  readonly before: Client;
  /** `undefined`: there is no record of it any more. */
  readonly after: Client | undefined;
  readonly reasons: readonly ChangeReason[];
}

/** Anything may have changed: each followed client is read again, and what differs follows. */
export interface ChangesReset {
  readonly type: "reset";
}

export type OnChange = (event: ClientChanged | ChangesReset) => void;

/** A client as it was seen; without the record where only the client is known. */
export interface Seen {
  readonly client: Client;
  readonly record: StoredRecord | undefined;
}

/** Why `after` is not `before`; empty where it is the same but for when the client was seen. */
export function differences(before: Seen, after: Seen, keyring: Keyring): readonly ChangeReason[] {
  if (isSame(before, after)) return [];
  if (after.client.revoked) return before.client.revoked ? [] : ["revoked"];
  const moves = PERMISSIONS.map((permission) => permission(before.client, after.client));
  const reasons: ChangeReason[] = [];
  if (moves.some(({ removed }) => removed)) reasons.push("permission-removed");
  if (moves.some(({ added }) => added)) reasons.push("permission-added");
  if (hasOtherCredentials(before.record, after.record, keyring)) reasons.push("credential-changed");
  if (OTHERS.some((field) => !sameJson(jsonOf(before.client[field]), jsonOf(after.client[field])))) {
    reasons.push("other");
  }
  return reasons;
}

function isSame(before: Seen, after: Seen): boolean {
  if (before.record === undefined || after.record === undefined) return false;
  if (isTombstone(before.record) && isTombstone(after.record)) return true;
  return before.record === after.record || sameButLastSeen(before.record, after.record);
}

interface Move {
  readonly removed: boolean;
  readonly added: boolean;
}

const lists = (field: "allowedTypes" | "skillBlacklist" | "intentBlacklist", isForbidding: boolean) => {
  return (before: Client, after: Client): Move => {
    const isLess = before[field].some((item) => !after[field].includes(item));
    const isMore = after[field].some((item) => !before[field].includes(item));
    return isForbidding ? { removed: isMore, added: isLess } : { removed: isLess, added: isMore };
  };
};

const flags = (field: "isAdmin" | "canBroadcast" | "canEscalate" | "canPropagate") => {
  return (before: Client, after: Client): Move => ({
    removed: before[field] && !after[field],
    added: !before[field] && after[field],
  });
};

const PERMISSIONS = [
  lists("allowedTypes", false),
  lists("skillBlacklist", true),
  lists("intentBlacklist", true),
  flags("isAdmin"),
  flags("canBroadcast"),
  flags("canEscalate"),
  flags("canPropagate"),
];

const OTHERS = ["name", "description", "metadata"] as const;

function hasOtherCredentials(
  before: StoredRecord | undefined,
  after: StoredRecord | undefined,
  keyring: Keyring,
): boolean {
  if (before === undefined || after === undefined) return false;
  return (
    !sameJson(publicCredentials(before), publicCredentials(after)) || !sameSecrets(before, after, keyring)
  );
}

function publicCredentials(record: StoredRecord): Json {
  return [record.api_key, [...indexValues(record, "fingerprint")].toSorted()];
}

function jsonOf(value: string | JsonObject): Json {
  return value;
}
