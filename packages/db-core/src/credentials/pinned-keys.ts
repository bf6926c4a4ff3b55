/**
 * Trust on first use that outlives a restart: the first public key that a client shows is kept, and every
 * other one is a mismatch. In node state, scope `shared`: all nodes on the store agree, and a Python hub,
 * which never writes there, cannot undo it.
 */
import { createHash } from "node:crypto";
import type { Backend } from "../backend/contract.ts";
import { isTombstone } from "../backend/record.ts";
import { unreadableError } from "../backend/unreadable.ts";
import type { ClientId } from "../client.ts";
import { DbError } from "../errors.ts";
import { numberOf } from "../json.ts";
import { pinState, readPins, updatePins } from "./pins.ts";
import type { Pin } from "./pins.ts";

/** What the key is for: `noise-static`, `rsa`, or a name of the node's own (a-z, digits and `-`, 32 at most). */
export type PinnedKeyKind = "noise-static" | "rsa" | (string & {});

export interface PinnedKey {
  readonly publicKey: Uint8Array;
  /** SHA-256 over the bytes of the key: lower-case hex, for people to compare. */
  readonly fingerprint: string;
  /** Unix seconds. */
  readonly pinnedAt: number;
}

export type PinVerdict =
  /** The key is the one that is pinned; `first`: since this call. */
  | { readonly pinned: true; readonly first: boolean }
  /** Another key is pinned, or there is no such client. */
  | { readonly pinned: false; readonly reason: "key-mismatch" | "unknown-client" | "revoked" };

const MAX_KEY_BYTES = 4096;

/** Keeps the key where none of this kind is, else compares. Of several at once, on any node, one is first. */
export async function pinKey(
  backend: Backend,
  id: ClientId,
  kind: PinnedKeyKind,
  publicKey: Uint8Array,
): Promise<PinVerdict> {
  const key = encoded(kind, publicKey);
  const refusal = await refusalOf(backend, id);
  if (refusal !== undefined) return { pinned: false, reason: refusal };
  // Nearly always there is one, and reading it is cheaper than a write that changes nothing.
  const before = (await readPins(backend, id)).get(kind);
  if (before !== undefined) return compared(before, key, false);

  let first = false;
  const after = await updatePins(backend, id, (now) => {
    first = !now.has(kind);
    return first ? new Map(now).set(kind, pin(key)) : undefined;
  });
  // Revoked meanwhile: what was pinned after its keys were forgotten is forgotten here.
  const revoked = await refusalOf(backend, id);
  if (revoked !== undefined) {
    await forgetPinnedKeys(backend, id);
    return { pinned: false, reason: revoked };
  }
  return compared(after.get(kind), key, first);
}

/** For operators: from now on it is this key, whatever was pinned before. */
export async function setPinnedKey(
  backend: Backend,
  id: ClientId,
  kind: PinnedKeyKind,
  publicKey: Uint8Array,
): Promise<void> {
  const key = encoded(kind, publicKey);
  if ((await refusalOf(backend, id)) !== undefined) {
    throw new DbError("no-such-client", `there is no living client ${id}`, { clientIds: [id] });
  }
  await updatePins(backend, id, (now) =>
    now.get(kind)?.key === key ? undefined : new Map(now).set(kind, pin(key)),
  );
}

/** For operators: the next key that the client shows is pinned. Says whether there was one. */
export async function clearPinnedKey(backend: Backend, id: ClientId, kind: PinnedKeyKind): Promise<boolean> {
  checkKind(kind);
  let was = (await readPins(backend, id)).has(kind);
  // Nothing to clear is nothing to write.
  if (!was) return false;
  await updatePins(backend, id, (now) => {
    was = now.has(kind);
    return was ? new Map([...now].filter(([other]) => other !== kind)) : undefined;
  });
  return was;
}

export async function pinnedKeys(
  backend: Backend,
  id: ClientId,
): Promise<ReadonlyMap<PinnedKeyKind, PinnedKey>> {
  const pins = await readPins(backend, id);
  return new Map([...pins].map(([kind, stored]) => [kind, pinnedKey(stored)]));
}

/** All of them, also those that cannot be read. */
export async function forgetPinnedKeys(backend: Backend, id: ClientId): Promise<void> {
  const state = pinState(backend);
  if ((await state.get(String(id))) !== undefined) await state.delete(String(id));
}

/** Why nothing is pinned for it: it is no living client. */
async function refusalOf(backend: Backend, id: ClientId): Promise<"unknown-client" | "revoked" | undefined> {
  const entry = (await backend.get([id])).get(id);
  if (entry === undefined) return "unknown-client";
  if (entry.record === undefined) throw unreadableError(entry);
  return isTombstone(entry.record) ? "revoked" : undefined;
}

function pin(key: string): Pin {
  return { key, pinned_at: Math.floor(Date.now() / 1000) };
}

function compared(stored: Pin | undefined, key: string, first: boolean): PinVerdict {
  return stored?.key === key ? { pinned: true, first } : { pinned: false, reason: "key-mismatch" };
}

function pinnedKey(stored: Pin): PinnedKey {
  const publicKey = new Uint8Array(Buffer.from(stored.key, "base64"));
  return Object.freeze({
    publicKey,
    fingerprint: createHash("sha256").update(publicKey).digest("hex"),
    pinnedAt: numberOf(stored.pinned_at) ?? 0,
  });
}

function encoded(kind: PinnedKeyKind, publicKey: Uint8Array): string {
  checkKind(kind);
  if (!(publicKey instanceof Uint8Array)) throw new TypeError("a public key is given as bytes");
  if (publicKey.length === 0 || publicKey.length > MAX_KEY_BYTES) {
    throw new DbError("invalid", `a public key has 1 to ${MAX_KEY_BYTES} bytes`);
  }
  return Buffer.from(publicKey).toString("base64");
}

function checkKind(kind: PinnedKeyKind): void {
  if (typeof kind !== "string" || !/^[a-z][a-z\d-]{0,31}$/.test(kind)) {
    throw new TypeError('the kind of a key is a short name such as "noise-static": a-z, digits and "-"');
  }
}
