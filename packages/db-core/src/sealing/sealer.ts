/** Decides in what form a secret is stored: sealed, under which key, or in the clear. Synchronous and pure. */
import { isDbError } from "../errors.ts";
import type { DbError } from "../errors.ts";
import { sameJson, stringifyJson } from "../json.ts";
import type { Json } from "../json.ts";
import type { Binding } from "./binding.ts";
import type { Keyring } from "./keyring.ts";
import type { SealKey } from "./seal-key.ts";
import { keyIdOf } from "./sealed-text.ts";
import type { Slot } from "./slot.ts";

/** Thrown out of a change that has to know which key the store is sealed under: to be asked, and run again. */
export class UnknownStoreKey extends Error {
  override readonly name = "UnknownStoreKey";
}

/** The id of the key that the store is sealed under; `null`: it is not sealed; `undefined`: nobody has asked. */
export type StoreKey = string | null | undefined;

/** Also what is sealed under another key than the store's is to be sealed anew. */
export interface Reseal {
  /** It does not open, and stays as it is. */
  unreadable(error: DbError): void;
}

export class Sealer {
  readonly #keyring: Keyring;
  readonly #storeKey: StoreKey;
  readonly #reseal: Reseal | undefined;

  constructor(keyring: Keyring, storeKey: StoreKey, reseal?: Reseal) {
    this.#keyring = keyring;
    this.#storeKey = storeKey;
    this.#reseal = reseal;
  }

  /** A secret that stays what it is. The same slot where nothing is to be done, or nothing can be. */
  keep(slot: Slot, binding: Binding): Slot {
    if (slot.clear !== undefined) {
      if (this.#keyring.isEmpty) return slot;
      const id = this.#id();
      return id !== null && this.#keyring.get(id) === undefined ? slot : this.put(slot, slot.clear, binding);
    }
    if (this.#reseal === undefined || slot.sealed === undefined) return slot;
    const key = this.#target(binding);
    if (key !== undefined && keyIdOf(slot.sealed) === key.id) return slot;
    try {
      const value = this.#keyring.open(slot.sealed, binding);
      return key === undefined ? { clear: value } : { sealed: seal(key, value, binding) };
    } catch (error) {
      if (!isDbError(error)) throw error;
      this.#reseal.unreadable(error);
      return slot;
    }
  }

  /** A secret that gets this value. Never in the clear where there is a key, or where the store is sealed. */
  put(slot: Slot, value: Json, binding: Binding): Slot {
    const key = this.#target(binding);
    if (key === undefined) {
      if (slot.sealed === undefined) return sameJson(slot.clear, value) ? slot : { clear: value };
      // Copied from a sealed store: without the key, the error of one who reads it.
      if (this.#keyring.isEmpty) this.#keyring.open(slot.sealed, binding);
      return { clear: value };
    }
    if (slot.sealed !== undefined && this.#holds(slot.sealed, value, key, binding)) {
      return slot.clear === undefined ? slot : { sealed: slot.sealed };
    }
    return { sealed: seal(key, value, binding) };
  }

  /**
   * A secret from elsewhere, as it is to stand in this store. Sealed under the store's key it stays what it is, unopened,
   * since it is bound to the same place. Throws where it would be uncovered, or has to be opened and cannot be.
   */
  bring(slot: Slot, binding: Binding): Slot {
    if (slot.clear !== undefined) return this.put({}, slot.clear, binding);
    if (slot.sealed === undefined) return slot;
    const target = this.#id();
    if (target !== null && keyIdOf(slot.sealed) === target) return slot;
    return this.put({}, this.#keyring.open(slot.sealed, binding), binding);
  }

  /** Throws what `bring` would, at less cost. */
  checkArrival(slot: Slot, binding: Binding): void {
    if (slot.clear !== undefined) this.#target(binding);
    else this.bring(slot, binding);
  }

  /** `next`, or what is stored already where that is the same secret. */
  settle(next: Slot, now: Slot, binding: Binding): Slot {
    if (next.clear === undefined && next.sealed === undefined) return next;
    return this.#keyring.isSame(next, now, binding) ? now : next;
  }

  /** `undefined`: in the clear. */
  #target(binding: Binding): SealKey | undefined {
    const id = this.#id();
    if (id === null) return undefined;
    const key = this.#keyring.get(id);
    if (key === undefined) throw this.#keyring.lacks(id, binding);
    return key;
  }

  #id(): string | null {
    const unregistered = this.#storeKey === null && this.#keyring.key !== undefined;
    if (this.#storeKey === undefined || unregistered) throw new UnknownStoreKey();
    return this.#storeKey;
  }

  /** Is this value sealed there already? What does not open is sealed anew. */
  #holds(sealed: Json, value: Json, key: SealKey, binding: Binding): boolean {
    if (this.#reseal !== undefined && keyIdOf(sealed) !== key.id) return false;
    return sameJson(this.#keyring.reveal({ sealed }, binding), value);
  }
}

function seal(key: SealKey, value: Json, { context }: Binding): string {
  return key.seal(stringifyJson(value), context);
}
