/** Brings all secrets of a store under the key that is configured now, while nodes work on it. */
import { setTimeout as delay } from "node:timers/promises";
import type { BackendLifecycle } from "../database/lifecycle.ts";
import { DbError } from "../errors.ts";
import type { ErrorCode } from "../errors.ts";
import type { ClientId } from "../client.ts";
import type { Keyring } from "./keyring.ts";
import { RekeyPasses } from "./rekey-passes.ts";
import { STORE_KEY_FRESH_MS } from "./sealing.ts";
import { changeStoreKey } from "./store-key.ts";

export interface RekeyOptions {
  /** Hears, after each batch, of how much has been looked at and changed so far. */
  readonly onProgress?: (progress: RekeyProgress) => void;
  /** Stops between two batches with the signal's reason. What is done stays; calling again goes on. */
  readonly signal?: AbortSignal;
}

export interface RekeyProgress {
  /** Clients and secret state entries looked at in this pass; there are two. */
  readonly checked: number;
  /** Those of them that have been written, in both. */
  readonly changed: number;
}

export interface RekeyReport {
  /** How many clients had secrets to be sealed anew (or unsealed, where only `previous` keys are configured). */
  readonly clients: number;
  /** The same for secret entries of node state. */
  readonly entries: number;
  /** What does not open, and so stayed as it is. */
  readonly unreadable: readonly UnreadableSecret[];
  /** Where secrets may still stand as they were before: files of the store, copies. For an operator. */
  readonly leftIn: readonly string[];
}

export interface UnreadableSecret {
  /** `wrong-key`, `corrupt` or `newer-schema`. */
  readonly code: ErrorCode;
  /** Names the client and its field, or the state entry. */
  readonly message: string;
  readonly clientIds: readonly ClientId[];
}

/**
 * Idempotent, and so resumable: what is under the key already is passed over. Killed between, the store is as
 * readable as before for whoever has both keys.
 */
export async function rekey(
  lifecycle: BackendLifecycle,
  keyring: Keyring,
  { onProgress, signal }: RekeyOptions = {},
): Promise<RekeyReport> {
  if (keyring.isEmpty) {
    throw new DbError("no-key", "there is no seal key to seal under; configure one (database.seal)");
  }
  signal?.throwIfAborted();
  const target = keyring.key?.id ?? null;
  // First of all, so that from now on nobody seals under another one.
  await lifecycle.use((backend) => changeStoreKey(backend, (now) => switched(keyring, now, target)));
  const passes = new RekeyPasses(lifecycle, keyring, target);
  const step = (): void => {
    onProgress?.(passes.progress);
    signal?.throwIfAborted();
  };
  await passes.run(step);
  // The second one is for those who had asked the store for its key just before it was changed.
  await delay(STORE_KEY_FRESH_MS);
  await passes.run(step);
  const leftIn = await lifecycle.use(async (backend) => (await backend.scrub?.()) ?? []);
  return { ...passes.report, leftIn: Object.freeze([...leftIn]) };
}

function switched(keyring: Keyring, now: string | null, target: string | null): string | null {
  if (now === null || now === target || keyring.get(now) !== undefined) return target;
  throw new DbError("wrong-key", `the store is sealed under the seal key ${now}; add that one to "previous"`);
}
