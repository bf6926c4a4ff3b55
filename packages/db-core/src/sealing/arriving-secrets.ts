/**
 * Secrets in records and state that are copied from another store, a backup or a file: in which form they stand in
 * the store that they come to. In the clear they are sealed on the way; sealed under another key they are opened and
 * sealed anew; sealed under the store's own key they are taken as they are, unopened, so that a damaged one stays
 * damaged. What is sealed under another key that nobody has here, or would be uncovered, does not get in.
 */
import type { Backend, StoredRecord } from "../backend/contract.ts";
import { isTombstone } from "../backend/record.ts";
import { isDbError } from "../errors.ts";
import type { DbError } from "../errors.ts";
import { stateBinding } from "./binding.ts";
import { Keyring } from "./keyring.ts";
import type { SealOptions } from "./keyring.ts";
import { mapSecrets, secretSlots } from "./record-secrets.ts";
import { Sealer } from "./sealer.ts";
import { Sealing } from "./sealing.ts";
import { entrySlot, entryText, isSecretEntry } from "./secret-state.ts";
import { changeStoreKey, readStoreKey } from "./store-key.ts";

/** What each call but `refusal` throws where a secret cannot come in: `no-key`, `wrong-key`, `corrupt`, `newer-schema`. */
export interface Arrival {
  /** For what is set, and not copied. */
  readonly sealer: Sealer;
  /** Why `record` would throw. */
  refusal(from: StoredRecord): DbError | undefined;
  /** A record as it is to be stored. */
  record(from: StoredRecord): StoredRecord;
  /** The text of a state entry as it is to be stored. */
  entry(scope: string, key: string, from: string): string;
  /** `next` with the secrets of `now` that are the same, in the form that they have there. */
  settle(next: StoredRecord, now: StoredRecord): StoredRecord;
  settleEntry(scope: string, key: string, next: string, now: string | undefined): string;
}

export class ArrivingSecrets {
  readonly #backend: Backend;
  readonly #sealing: Sealing;
  /** Given to the store before the first write. */
  #inherited: string | null;

  /** `sealedUnder`: all of a store comes that is sealed under this key. Without any key here, it stays so. */
  constructor(backend: Backend, seal: SealOptions | undefined, sealedUnder: string | null) {
    this.#backend = backend;
    this.#sealing = new Sealing(new Keyring(seal));
    this.#inherited = this.#sealing.keyring.isEmpty ? sealedUnder : null;
  }

  /** As `write` will do it. Changes nothing in the store. */
  async look(): Promise<Arrival> {
    const { keyring } = this.#sealing;
    const storeKey = (await readStoreKey(this.#backend)) ?? keyring.key?.id ?? this.#inherited;
    return arrival(new Sealer(keyring, storeKey));
  }

  /** Runs a write with what it needs in order to seal. */
  async write<T>(call: (arrival: Arrival) => Promise<T>): Promise<T> {
    const inherited = this.#inherited;
    if (inherited !== null) await changeStoreKey(this.#backend, (now) => now ?? inherited);
    this.#inherited = null;
    return this.#sealing.writeSecrets(this.#backend, (sealer) => call(arrival(sealer)));
  }
}

function arrival(sealer: Sealer): Arrival {
  return {
    sealer,
    refusal: (from) => {
      if (isTombstone(from)) return undefined;
      try {
        for (const { slot, binding } of secretSlots(from)) sealer.checkArrival(slot, binding);
        return undefined;
      } catch (error) {
        if (isDbError(error)) return error;
        throw error;
      }
    },
    record: (from) =>
      isTombstone(from) ? from : mapSecrets(from, (slot, binding) => sealer.bring(slot, binding)),
    settle: (next, now) =>
      isTombstone(next) || isTombstone(now)
        ? next
        : mapSecrets(next, (slot, binding, at) => sealer.settle(slot, at(now), binding)),
    entry: (scope, key, from) => {
      if (!isSecretEntry(from)) return from;
      return entryText(sealer.bring(entrySlot(from), stateBinding(scope, key))) ?? from;
    },
    settleEntry: (scope, key, next, now) => {
      if (!isSecretEntry(next) || !isSecretEntry(now)) return next;
      return entryText(sealer.settle(entrySlot(next), entrySlot(now), stateBinding(scope, key))) ?? next;
    },
  };
}
