/**
 * Who has changed, and may have got any credential by that: until the record was read again, nothing that memory
 * says about credentials counts.
 */
import type { ClientId } from "../client.ts";
import type { StoredEntry } from "../backend/contract.ts";
import { known } from "./known.ts";
import type { Load } from "./loads.ts";
import type { NearCache } from "./near-cache.ts";

/** More than one round trip reads, and it is cheaper to forget. */
const MOST = 500;

type ReadAgain = (
  ids: readonly ClientId[],
  use: (found: ReadonlyMap<ClientId, StoredEntry>, load: Load) => void,
) => Promise<void>;

export class Suspects {
  readonly #cache: NearCache;
  readonly #read: ReadAgain;
  /** With what was in memory of them: those are wanted there again. */
  readonly #suspects = new Map<ClientId, { readonly wasKept: boolean }>();
  #isReading = false;

  constructor(cache: NearCache, read: ReadAgain) {
    this.#cache = cache;
    this.#read = read;
  }

  get isAny(): boolean {
    return this.#suspects.size > 0;
  }

  tell(changed: readonly ClientId[] | "all"): void {
    if (changed === "all") {
      this.#suspects.clear();
      this.#cache.clear();
      return;
    }
    const hadCredentials = this.#cache.hasCredentials;
    for (const id of changed) {
      const wasKept = this.#cache.get(id) !== undefined || this.#suspects.get(id)?.wasKept === true;
      this.#cache.drop(id);
      if (hadCredentials) this.#suspects.set(id, { wasKept });
    }
    if (this.#suspects.size > MOST) this.#forget();
    this.#start();
  }

  #start(): void {
    if (!this.isAny || this.#isReading) return;
    this.#isReading = true;
    void this.#readAgain().finally(() => {
      this.#isReading = false;
      this.#start();
    });
  }

  async #readAgain(): Promise<void> {
    // What changes in one turn is read at once.
    await new Promise<void>((resolve) => process.nextTick(resolve));
    while (this.isAny) {
      try {
        const ids = [...this.#suspects.keys()];
        await this.#read(ids, (found, load) => {
          if (load.isSpoiled) return this.#forget();
          // Those that have changed again meanwhile stay suspect.
          for (const id of ids) if (load.mayKeep(id)) this.#clear(id, found.get(id));
        });
      } catch {
        // Whoever asks for one of them asks the store, and gets this error if it is still one.
        this.#forget();
      }
    }
  }

  #clear(id: ClientId, entry: StoredEntry | undefined): void {
    const wasKept = this.#suspects.get(id)?.wasKept === true;
    this.#suspects.delete(id);
    if (entry === undefined) return;
    // What nobody can read may hold any credential.
    if (entry.record === undefined) return this.#cache.dropCredentials();
    const client = known(entry.record);
    this.#cache.dropCredentialsOf(client);
    if (wasKept) this.#cache.put(client);
  }

  #forget(): void {
    this.#suspects.clear();
    this.#cache.dropCredentials();
  }
}
