/** Clients and misses in memory, bounded. It keeps what it is given: whether that may be answered is not its matter. */
import type { ClientId } from "../client.ts";
import { hash } from "node:crypto";
import { CredentialFilter } from "./credential-filter.ts";
import { CREDENTIAL_INDEXES, credentialsOf } from "./credential-index.ts";
import type { CredentialIndex } from "./credential-index.ts";
import type { Known } from "./known.ts";

export interface CacheLimits {
  /** Clients kept in memory. */
  readonly maxClients: number;
  /** Credentials kept as unknown, per kind. */
  readonly maxMisses: number;
  /** For how long. */
  readonly missTtlMs: number;
}

interface Slot {
  readonly known: Known;
  /** The credentials that were looked up and led here, and nowhere else. */
  readonly credentials: (readonly [CredentialIndex, string])[];
  /** Since the last time that room was made. */
  isUsed: boolean;
}

/** A flood of long keys must not fill the memory: what is kept of a long one is its hash. */
const LONG = 128;

export class NearCache {
  readonly filter = new CredentialFilter();
  readonly #limits: CacheLimits;
  readonly #slots = new Map<ClientId, Slot>();
  readonly #credentials = { accessKey: new Map<string, Slot>(), fingerprint: new Map<string, Slot>() };
  readonly #misses = { accessKey: new Map<string, number>(), fingerprint: new Map<string, number>() };

  constructor(limits: CacheLimits) {
    this.#limits = limits;
  }

  get(id: ClientId): Known | undefined {
    return use(this.#slots.get(id));
  }

  /** The only living client with this credential; `null`: there is none; `undefined`: not known here. */
  find(index: CredentialIndex, value: string): Known | null | undefined {
    const slot = this.#credentials[index].get(value);
    if (slot !== undefined) return use(slot);
    return this.#isMiss(index, value) || this.filter.excludes(value) ? null : undefined;
  }

  put(known: Known): void {
    this.#slotOf(known);
  }

  putFound(index: CredentialIndex, value: string, known: Known): void {
    const slot = this.#slotOf(known);
    if (slot === undefined || this.#credentials[index].get(value) === slot) return;
    this.#credentials[index].set(value, slot);
    slot.credentials.push([index, value]);
  }

  /** Answers whether there are more at once than are kept: a flood. */
  putMiss(index: CredentialIndex, value: string): boolean {
    const { maxMisses, missTtlMs } = this.#limits;
    const misses = this.#misses[index];
    const now = performance.now();
    misses.set(shortened(value), now + missTtlMs);
    if (misses.size <= maxMisses) return false;
    let isFlood = false;
    let room = roomIn(maxMisses);
    for (const [oldest, until] of misses) {
      // Those whose time is up are only still here.
      isFlood ||= until > now;
      misses.delete(oldest);
      if ((room -= 1) === 0) break;
    }
    return isFlood && maxMisses > 0;
  }

  drop(id: ClientId): void {
    const slot = this.#slots.get(id);
    if (slot === undefined) return;
    this.#slots.delete(id);
    for (const [index, value] of slot.credentials) {
      if (this.#credentials[index].get(value) === slot) this.#credentials[index].delete(value);
    }
    slot.credentials.length = 0;
  }

  /** What was said about who has the credentials of this client is not known any more. */
  dropCredentialsOf({ record }: Known): void {
    this.filter.add(record);
    for (const [index, value] of credentialsOf(record)) {
      this.#credentials[index].delete(value);
      this.#misses[index].delete(shortened(value));
    }
  }

  get hasCredentials(): boolean {
    const has = (index: CredentialIndex) => this.#credentials[index].size + this.#misses[index].size > 0;
    return this.filter.isOn || CREDENTIAL_INDEXES.some(has);
  }

  dropCredentials(): void {
    this.filter.drop();
    for (const slot of this.#slots.values()) slot.credentials.length = 0;
    for (const index of CREDENTIAL_INDEXES) {
      this.#credentials[index].clear();
      this.#misses[index].clear();
    }
  }

  clear(): void {
    this.dropCredentials();
    this.#slots.clear();
  }

  #isMiss(index: CredentialIndex, value: string): boolean {
    const misses = this.#misses[index];
    if (misses.size === 0) return false;
    const name = shortened(value);
    const until = misses.get(name);
    if (until === undefined) return false;
    if (until > performance.now()) return true;
    misses.delete(name);
    return false;
  }

  /** `undefined` where nothing may be kept. */
  #slotOf(known: Known): Slot | undefined {
    const { id } = known.client;
    const before = this.#slots.get(id);
    if (before?.known === known) return before;
    this.drop(id);
    if (this.#limits.maxClients < 1) return undefined;
    if (this.#slots.size >= this.#limits.maxClients) this.#makeRoom();
    const slot: Slot = { known, credentials: [], isUsed: false };
    this.#slots.set(id, slot);
    return slot;
  }

  /** Second chance: what was used since the last time goes to the end of the queue, the first other one goes. */
  #makeRoom(): void {
    let room = roomIn(this.#limits.maxClients);
    for (const [id, slot] of this.#slots) {
      if (!slot.isUsed) {
        this.drop(id);
        if ((room -= 1) === 0) return;
        continue;
      }
      slot.isUsed = false;
      this.#slots.delete(id);
      this.#slots.set(id, slot);
    }
  }
}

/** For more than one: the first keys of a map are dear to find after many deletions. */
function roomIn(limit: number): number {
  return Math.max(1, Math.floor(limit / 100));
}

function use(slot: Slot | undefined): Known | undefined {
  if (slot === undefined) return undefined;
  slot.isUsed = true;
  return slot.known;
}

function shortened(value: string): string {
  return value.length <= LONG ? value : `sha256:${hash("sha256", value)}`;
}
