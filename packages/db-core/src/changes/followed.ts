/** Clients with a live connection: each difference of one is told once, and again to who has come without knowing it. */
import { guarded } from "../backend/guarded.ts";
import type { Client, ClientId } from "../client.ts";
import type { LookUps } from "../cache/look-ups.ts";
import type { StoreWatch } from "../cache/store-watch.ts";
import { recordBehind } from "../cache/known.ts";
import type { Keyring } from "../sealing/keyring.ts";
import { differences } from "./change.ts";
import type { ChangeReason, OnChange, Seen } from "./change.ts";

/** A store that cannot be read, or watched, is tried again. */
const RETRY_MS = 1000;
const GONE: readonly ChangeReason[] = ["revoked"];

interface Followed {
  seen: Seen;
  isGone: boolean;
  /** How those who came later know it, where others have been told what they do not know. */
  readonly newcomers: Seen[];
  /** Who has asked for it and not let go. */
  holders: number;
}

export class FollowedClients {
  readonly #lookUps: LookUps;
  readonly #watch: StoreWatch;
  readonly #keyring: Keyring;
  readonly #followed = new Map<ClientId, Followed>();
  readonly #stale = new Set<ClientId>();
  readonly #listeners = new Set<OnChange>();
  #isReading = false;
  #retry: NodeJS.Timeout | undefined;

  constructor(lookUps: LookUps, watch: StoreWatch, keyring: Keyring) {
    this.#lookUps = lookUps;
    this.#watch = watch;
    this.#keyring = keyring;
    lookUps.onTold((changed) => this.#tell(changed));
  }

  /** From how `client` is known to the caller; answers how to let go of it. */
  follow(client: Client): () => void {
    // With the record, so that a credential that has changed since then shows.
    const seen: Seen = { client, record: recordBehind(client) };
    const followed = this.#followed.get(client.id) ?? { seen, isGone: false, newcomers: [], holders: 0 };
    followed.holders += 1;
    this.#followed.set(client.id, followed);
    if (this.#isBehind(followed, seen)) followed.newcomers.push(seen);
    // It may have changed since the caller has read it.
    this.#stale.add(client.id);
    this.#start();
    let isHeld = true;
    return () => {
      if (!isHeld) return;
      isHeld = false;
      followed.holders -= 1;
      if (followed.holders > 0 || this.#followed.get(client.id) !== followed) return;
      this.#followed.delete(client.id);
      this.#stale.delete(client.id);
    };
  }

  onChange(listener: OnChange): () => void {
    const own = guarded("an onChange listener", listener);
    this.#listeners.add(own);
    return () => void this.#listeners.delete(own);
  }

  /** The store is being closed: nobody is followed any more, and the listeners stay. */
  clear(): void {
    clearTimeout(this.#retry);
    this.#followed.clear();
    this.#stale.clear();
  }

  #isBehind({ seen, isGone, newcomers }: Followed, known: Seen): boolean {
    const isNews = (after: Seen): boolean => differences(known, after, this.#keyring).length > 0;
    return (isGone || isNews(seen)) && newcomers.every(isNews);
  }

  #tell(changed: readonly ClientId[] | "all"): void {
    if (changed === "all") this.#emit({ type: "reset" });
    const ids = changed === "all" ? this.#followed.keys() : changed;
    for (const id of ids) if (this.#followed.has(id)) this.#stale.add(id);
    this.#start();
  }

  #start(): void {
    if (this.#stale.size === 0 || this.#isReading) return;
    this.#isReading = true;
    clearTimeout(this.#retry);
    void this.#readStale();
  }

  async #readStale(): Promise<void> {
    try {
      // What is read before the watch is on could change unheard.
      await this.#watch.start();
      while (this.#stale.size > 0) {
        const ids = [...this.#stale];
        this.#stale.clear();
        const failed = (await Promise.all(ids.map((id) => this.#read(id)))).some((isRead) => !isRead);
        if (failed || !this.#watch.isOn()) return this.#readLater(this.#watch.isOn() ? [] : ids);
      }
    } finally {
      // In the same step as the last look at what is stale: nobody else would start for what is told in between.
      this.#isReading = false;
    }
  }

  async #read(id: ClientId): Promise<boolean> {
    try {
      const known = await this.#lookUps.get(id);
      this.#compare(id, known);
      return true;
    } catch {
      // Whoever asks for this client gets the error; here it only means that nobody can tell yet.
      if (this.#followed.has(id)) this.#stale.add(id);
      return false;
    }
  }

  #readLater(ids: readonly ClientId[]): void {
    for (const id of ids) if (this.#followed.has(id)) this.#stale.add(id);
    clearTimeout(this.#retry);
    this.#retry = setTimeout(() => this.#start(), RETRY_MS).unref();
  }

  #compare(id: ClientId, after: Seen | undefined): void {
    const followed = this.#followed.get(id);
    if (followed === undefined) return;
    // What was asked for before somebody came can be older than what they know: it is read again for them.
    const befores = this.#stale.has(id) ? [] : followed.newcomers.splice(0);
    if (after !== undefined || !followed.isGone) befores.unshift(followed.seen);
    followed.seen = after ?? followed.seen;
    followed.isGone = after === undefined;
    for (const before of befores) {
      const reasons = after === undefined ? GONE : differences(before, after, this.#keyring);
      if (reasons.length === 0) continue;
      this.#emit({ type: "changed", before: before.client, after: after?.client, reasons });
    }
  }

  #emit(event: Parameters<OnChange>[0]): void {
    for (const listener of this.#listeners) listener(event);
  }
}
