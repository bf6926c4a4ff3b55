/**
 * Who has this credential, who is this client? From memory where that can be proven to be fresh, else from the
 * store; what the store says is kept where nothing has changed since it was asked.
 * Over 200 lines: recalling and asking rest on the same count of changes, and are right only together.
 */
import type { Backend, StoredEntry } from "../backend/contract.ts";
import { matches } from "../backend/record.ts";
import { unreadableError } from "../backend/unreadable.ts";
import type { ClientId } from "../client.ts";
import { normalError } from "../database/normal-error.ts";
import type { WithBackend } from "../database/node-state.ts";
import { hits, misses } from "../diagnostics.ts";
import { Batches } from "./batches.ts";
import type { Asked } from "./batches.ts";
import { known } from "./known.ts";
import type { Known } from "./known.ts";
import type { CredentialIndex } from "./credential-index.ts";
import { FloodGuard } from "./flood-guard.ts";
import { Loads } from "./loads.ts";
import type { Load } from "./loads.ts";
import { NearCache } from "./near-cache.ts";
import type { CacheLimits } from "./near-cache.ts";
import { Suspects } from "./suspects.ts";
import type { StoreWatch } from "./store-watch.ts";

export class LookUps {
  readonly #name: string;
  readonly #withBackend: WithBackend;
  readonly #watch: StoreWatch;
  readonly #cache: NearCache;
  readonly #loads = new Loads();
  readonly #suspects: Suspects;
  readonly #floodGuard: FloodGuard;
  readonly #byId: Batches<ClientId, Known | undefined>;
  readonly #byCredential: Readonly<Record<CredentialIndex, Batches<string, readonly Known[]>>>;
  readonly #listeners: ((changed: readonly ClientId[] | "all") => void)[] = [];
  /** Goes up with every change that is told. */
  #version = 0;

  constructor(name: string, watch: StoreWatch, limits: CacheLimits, withBackend: WithBackend) {
    this.#name = name;
    this.#watch = watch;
    this.#withBackend = withBackend;
    this.#cache = new NearCache(limits);
    this.#suspects = new Suspects(this.#cache, (ids, use) => this.#readAgain(ids, use));
    this.#floodGuard = new FloodGuard(name, this.#cache.filter, watch, withBackend);
    const mayBeOld = (): number => watch.bound ?? 0;
    const byIndex = (index: CredentialIndex) =>
      new Batches<string, readonly Known[]>(
        withBackend,
        (backend, asked) => this.#readIndex(backend, index, asked),
        mayBeOld,
      );
    this.#byId = new Batches(withBackend, (backend, asked) => this.#readIds(backend, asked), mayBeOld);
    this.#byCredential = { accessKey: byIndex("accessKey"), fingerprint: byIndex("fingerprint") };
    watch.onChange((changed) => this.tell(changed));
  }

  /** Hears of what was told, after it has been forgotten. */
  onTold(listener: (changed: readonly ClientId[] | "all") => void): void {
    this.#listeners.push(listener);
  }

  /**
   * Every living client with this credential, compared with its record. Rejects where a record that nobody can
   * read may have it.
   */
  async find(index: CredentialIndex, value: string): Promise<readonly Known[]> {
    const recalled = this.recall(index, value);
    if (recalled !== undefined) return recalled === null ? [] : [recalled];
    return this.ask(index, value);
  }

  /** The same, of the store itself: where it cannot be recalled. */
  ask(index: CredentialIndex, value: string): Promise<readonly Known[]> {
    if (misses.hasSubscribers) misses.publish({ backend: this.#name, by: index });
    return this.#byCredential[index].ask(value);
  }

  /** A client by id, tombstones included. */
  async get(id: ClientId): Promise<Known | undefined> {
    return this.recallId(id) ?? this.askId(id);
  }

  /** The same, of the store itself: where it cannot be recalled. */
  askId(id: ClientId): Promise<Known | undefined> {
    if (misses.hasSubscribers) misses.publish({ backend: this.#name, by: "id" });
    return this.#byId.ask(id);
  }

  /** Without a wait: the only holder of the credential, `null` where there is none, `undefined`: ask the store. */
  recall(index: CredentialIndex, value: string): Known | null | undefined {
    let found = this.#cache.find(index, value);
    if (found === undefined) return undefined;
    const version = this.#version;
    if (!this.#watch.isProven()) return undefined;
    // Asking for the proof can bring news.
    if (version !== this.#version) found = this.#cache.find(index, value);
    // Whoever has changed may have got this credential.
    if (found === undefined || this.#suspects.isAny) return undefined;
    if (hits.hasSubscribers) hits.publish({ backend: this.#name, by: index });
    return found;
  }

  recallId(id: ClientId): Known | undefined {
    let found = this.#cache.get(id);
    if (found === undefined) return undefined;
    const version = this.#version;
    if (!this.#watch.isProven()) return undefined;
    if (version !== this.#version) found = this.#cache.get(id);
    if (found !== undefined && hits.hasSubscribers) hits.publish({ backend: this.#name, by: "id" });
    return found;
  }

  /** These have changed, or anything may have: by our own hand, or as the feed tells. */
  tell(changed: readonly ClientId[] | "all"): void {
    this.#forget(changed);
    for (const listener of this.#listeners) listener(changed);
  }

  /** The store is being closed. */
  clear(): void {
    this.#forget("all");
  }

  #forget(changed: readonly ClientId[] | "all"): void {
    this.#version += 1;
    this.#loads.tell(changed);
    this.#byId.disown();
    this.#byCredential.accessKey.disown();
    this.#byCredential.fingerprint.disown();
    this.#suspects.tell(changed);
  }

  async #readIndex(
    backend: Backend,
    index: CredentialIndex,
    asked: readonly Asked<string, readonly Known[]>[],
  ): Promise<void> {
    const load = this.#loads.begin(this.#watch.isOn());
    try {
      const found = await backend.find(
        index,
        asked.map(({ key }) => key),
      );
      for (const one of asked) {
        one.settle(() => {
          const clients: Known[] = [];
          for (const entry of found.get(one.key) ?? []) {
            // A second look at what the backend has found: an index must never be what admits somebody.
            if (matches(entry, index, one.key)) clients.push(this.#known(entry));
          }
          this.#keep(index, one.key, clients, load);
          return clients;
        });
      }
    } finally {
      this.#loads.end(load);
    }
  }

  async #readIds(backend: Backend, asked: readonly Asked<ClientId, Known | undefined>[]): Promise<void> {
    const load = this.#loads.begin(this.#watch.isOn());
    try {
      const found = await backend.get(asked.map(({ key }) => key));
      for (const one of asked) {
        one.settle(() => {
          const entry = found.get(one.key);
          if (entry === undefined) return undefined;
          const client = this.#known(entry);
          if (load.mayKeep(one.key)) this.#cache.put(client);
          return client;
        });
      }
    } finally {
      this.#loads.end(load);
    }
  }

  #readAgain(
    ids: readonly ClientId[],
    use: (found: ReadonlyMap<ClientId, StoredEntry>, load: Load) => void,
  ): Promise<void> {
    return this.#withBackend(async (backend) => {
      const load = this.#loads.begin(this.#watch.isOn());
      try {
        use(await backend.get(ids), load);
      } finally {
        this.#loads.end(load);
      }
    });
  }

  #known(entry: StoredEntry): Known {
    if (entry.record === undefined) throw normalError(unreadableError(entry), this.#name);
    return known(entry.record);
  }

  #keep(index: CredentialIndex, value: string, clients: readonly Known[], load: Load): void {
    if (!load.isClean) return;
    const [only] = clients;
    if (only === undefined) {
      if (this.#cache.putMiss(index, value)) this.#floodGuard.start();
      return;
    }
    // Several are rare, and for an operator to mend.
    if (clients.length === 1) this.#cache.putFound(index, value, only);
  }
}
