/**
 * Every credential that any client has, as a hash: what is not among them is nobody's. Kept right by adding those of
 * every client that changes; what nobody has any more stays in it, and only costs a question to the store.
 */
import { hash } from "node:crypto";
import type { StoredRecord } from "../backend/contract.ts";
import { credentialsOf } from "./credential-index.ts";

/** A set of so many integers takes 42 MB. */
const MOST = 2 ** 21;

export class CredentialFilter {
  #hashes: Set<number> | undefined;
  #isComplete = false;

  /** Being made, or made: it has to be given every client that changes from now on. */
  get isOn(): boolean {
    return this.#hashes !== undefined;
  }

  /** Nobody has it. `false`: somebody may. */
  excludes(value: string): boolean {
    return this.#isComplete && this.#hashes?.has(hashOf(value)) === false;
  }

  begin(): void {
    this.#hashes = new Set();
    this.#isComplete = false;
  }

  add(record: StoredRecord): void {
    if (this.#hashes === undefined) return;
    for (const [, value] of credentialsOf(record)) this.#hashes.add(hashOf(value));
    if (this.#hashes.size > MOST) this.drop();
  }

  /** All clients that there were when it was begun have been added. */
  complete(): void {
    this.#isComplete = this.isOn;
  }

  drop(): void {
    this.#hashes = undefined;
    this.#isComplete = false;
  }
}

/** 32 bits: of 1,000,000 clients' keys one in 4,000 wrong ones is taken for a possible one. */
function hashOf(value: string): number {
  return hash("sha256", value, "buffer").readInt32LE(0);
}
