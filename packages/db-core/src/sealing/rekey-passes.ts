import type { Backend, StoredRecord } from "../backend/contract.ts";
import { isTombstone } from "../backend/record.ts";
import { upgradeRecord } from "../backend/schema.ts";
import type { ClientId } from "../client.ts";
import { iterateOpen } from "../database/iterate-open.ts";
import type { BackendLifecycle } from "../database/lifecycle.ts";
import { stateBinding } from "./binding.ts";
import type { Keyring } from "./keyring.ts";
import { placeSecrets } from "./record-secrets.ts";
import type { RekeyProgress, RekeyReport, UnreadableSecret } from "./rekey.ts";
import { Sealer } from "./sealer.ts";
import { entrySlot, entryText, isSecretEntry } from "./secret-state.ts";

/** Many writes at once share a commit or a pipeline; few enough that nobody else waits for long. */
const BATCH = 64;

/** Goes over all secrets of a store, each an atomic step of its own, and counts. */
export class RekeyPasses {
  readonly #lifecycle: BackendLifecycle;
  readonly #sealer: Sealer;
  readonly #clients = new Set<ClientId>();
  readonly #entries = new Set<string>();
  readonly #unreadable = new Map<string, UnreadableSecret>();
  #checked = 0;

  /** `target`: `null` to unseal. */
  constructor(lifecycle: BackendLifecycle, keyring: Keyring, target: string | null) {
    this.#lifecycle = lifecycle;
    this.#sealer = new Sealer(keyring, target, {
      unreadable: ({ code, message, clientIds }) =>
        this.#unreadable.set(message, Object.freeze({ code, message, clientIds })),
    });
  }

  get progress(): RekeyProgress {
    return { checked: this.#checked, changed: this.#clients.size + this.#entries.size };
  }

  get report(): Omit<RekeyReport, "leftIn"> {
    const unreadable = [...this.#unreadable.values()];
    return { clients: this.#clients.size, entries: this.#entries.size, unreadable };
  }

  /** `step` is called after each batch; what it throws ends the pass. */
  async run(step: () => void): Promise<void> {
    this.#checked = 0;
    for await (const page of iterateOpen(this.#lifecycle, (backend) => backend.list())) {
      const records = page.flatMap(({ record }) => (record === undefined ? [] : [record]));
      await this.#inBatches(records, step, (backend, record) => this.#client(backend, record));
    }
    for (const scope of await this.#lifecycle.use((backend) => backend.state.scopes())) {
      const entries = await this.#lifecycle.use((backend) => backend.state.list(scope));
      const secret = [...entries].filter(([, text]) => isSecretEntry(text));
      await this.#inBatches(secret, step, (backend, entry) => this.#entry(backend, scope, entry));
    }
  }

  async #inBatches<T>(
    items: readonly T[],
    step: () => void,
    work: (backend: Backend, item: T) => Promise<void>,
  ): Promise<void> {
    for (let start = 0; start < items.length; start += BATCH) {
      const batch = items.slice(start, start + BATCH);
      await this.#lifecycle.use((backend) => allEnded(batch.map((item) => work(backend, item))));
      this.#checked += batch.length;
      step();
    }
  }

  async #client(backend: Backend, seen: StoredRecord): Promise<void> {
    if (this.#resealed(seen) === undefined) return;
    let changed = false;
    await backend.update(seen.client_id, (now) => {
      const next = this.#resealed(now);
      changed = next !== undefined;
      return next;
    });
    if (changed) this.#clients.add(seen.client_id);
  }

  /** `undefined` where there is nothing to do. */
  #resealed(record: StoredRecord): StoredRecord | undefined {
    if (isTombstone(record)) return undefined;
    const current = upgradeRecord(record);
    const next = placeSecrets(current, {}, this.#sealer);
    return next === current ? undefined : next;
  }

  async #entry(backend: Backend, scope: string, [key, seen]: readonly [string, string]): Promise<void> {
    if (this.#resealedEntry(scope, key, seen) === seen) return;
    let changed = false;
    await backend.state.update(scope, key, (now) => {
      const next = this.#resealedEntry(scope, key, now);
      changed = next !== now;
      return next;
    });
    if (changed) this.#entries.add(JSON.stringify([scope, key]));
  }

  #resealedEntry(scope: string, key: string, text: string | undefined): string | undefined {
    if (!isSecretEntry(text)) return text;
    const slot = entrySlot(text);
    const next = this.#sealer.keep(slot, stateBinding(scope, key));
    return next === slot ? text : entryText(next);
  }
}

/** Waits for all of them, also where one fails: none may go on after the call that they belong to. */
async function allEnded(work: readonly Promise<void>[]): Promise<void> {
  for (const outcome of await Promise.allSettled(work))
    if (outcome.status === "rejected") throw outcome.reason;
}
