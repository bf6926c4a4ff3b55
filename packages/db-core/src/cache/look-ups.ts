/**
 * Who has this credential, who is this client? From memory where that can be proven to be fresh, else from the
 * store; what the store says is kept where nothing has changed since it was asked.
 */
import type { Backend, IndexName, StoredEntry } from "../backend/contract.ts";
import { matches } from "../backend/record.ts";
import { unreadableError } from "../backend/unreadable.ts";
import type { ClientId } from "../client.ts";
import type { WithBackend } from "../database/node-state.ts";
import { hits, misses } from "../diagnostics.ts";
import { Batches } from "./batches.ts";
import { known } from "./known.ts";
import type { Known } from "./known.ts";
import { Loads } from "./loads.ts";
import type { Load } from "./loads.ts";
import { NearCache } from "./near-cache.ts";
import type { CacheLimits, CredentialIndex } from "./near-cache.ts";
import { Suspects } from "./suspects.ts";
import type { StoreWatch } from "./store-watch.ts";

export class LookUps {
  readonly #name: string;
  readonly #withBackend: WithBackend;
  readonly #watch: StoreWatch;
  readonly #cache: NearCache;
  readonly #loads = new Loads();
  readonly #suspects: Suspects;
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
    this.#suspects = new Suspects(this.#cache, (ids, use) =>
      this.#load(async (backend, load) => use(await backend.get(ids), load)),
    );
    const mayBeOld = (): number => watch.bound ?? 0;
    const byIndex = (index: CredentialIndex) =>
      new Batches<string, readonly Known[]>((values) => this.#readIndex(index, values), mayBeOld);
    this.#byId = new Batches<ClientId, Known | undefined>((ids) => this.#readIds(ids), mayBeOld);
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
    if (misses.hasSubscribers) misses.publish({ backend: this.#name, by: index });
    return this.#byCredential[index].ask(value);
  }

  /** A client by id, tombstones included. */
  async get(id: ClientId): Promise<Known | undefined> {
    const recalled = this.recallId(id);
    if (recalled !== undefined) return recalled;
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

  #load<T>(read: (backend: Backend, load: Load) => Promise<T>): Promise<T> {
    return this.#withBackend((backend) => this.#loads.run(this.#watch.isOn(), (load) => read(backend, load)));
  }

  #readIndex(index: IndexName & CredentialIndex, values: readonly string[]) {
    return this.#load(async (backend, load) => {
      const found = await backend.find(index, values);
      return new Map(
        values.map((value) => {
          // A second look at what the backend has found: an index must never be what admits somebody.
          const entries = (found.get(value) ?? []).filter((entry) => matches(entry, index, value));
          return [value, settled(entries, (clients) => this.#keep(index, value, clients, load))] as const;
        }),
      );
    });
  }

  #readIds(ids: readonly ClientId[]) {
    return this.#load(async (backend, load) => {
      const found = await backend.get(ids);
      return new Map(
        ids.map((id) => {
          const entry = found.get(id);
          const entries = entry === undefined ? [] : [entry];
          return [
            id,
            settled(entries, ([client]) => {
              if (client !== undefined && load.mayKeep(id)) this.#cache.put(client);
              return client;
            }),
          ] as const;
        }),
      );
    });
  }

  #keep(index: CredentialIndex, value: string, clients: readonly Known[], load: Load): readonly Known[] {
    const [only, ...others] = clients;
    if (!load.isClean) return clients;
    if (only === undefined) this.#cache.putMiss(index, value);
    // Several are rare, and for an operator to mend.
    else if (others.length === 0) this.#cache.putFound(index, value, only);
    return clients;
  }
}

function settled<T>(
  entries: readonly StoredEntry[],
  answer: (clients: readonly Known[]) => T,
): PromiseSettledResult<T> {
  const clients: Known[] = [];
  for (const entry of entries) {
    if (entry.record === undefined) return { status: "rejected", reason: unreadableError(entry) };
    clients.push(known(entry.record));
  }
  return { status: "fulfilled", value: answer(clients) };
}
