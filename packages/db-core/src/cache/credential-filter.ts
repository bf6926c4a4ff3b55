/**
 * Every credential that any client has, as a hash: what is not among them is nobody's. Kept right by adding those of
 * every client that changes; what nobody has any more stays in it, and only costs a question to the store.
 */
import { hash, randomUUID } from "node:crypto";
import type { StoredRecord } from "../backend/contract.ts";
import { credentialsOf } from "./credential-index.ts";

/** A set of so many integers takes 42 MB. */
const MOST = 2 ** 21;
/** So that nobody can look for wrong keys beforehand that are taken for possible ones. */
const SALT = randomUUID();

export class CredentialFilter {
  #hashes: Set<number> | undefined;
  #isComplete = false;
  readonly #most: number;

  constructor(most: number = MOST) {
    this.#most = most;
  }

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
    const credentials = credentialsOf(record);
    // Before they are added: a set that grows takes twice as much.
    if (this.#hashes.size + credentials.length > this.#most) return this.drop();
    for (const [, value] of credentials) this.#hashes.add(hashOf(value));
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
  return hash("sha256", SALT + value, "buffer").readInt32LE(0);
}
