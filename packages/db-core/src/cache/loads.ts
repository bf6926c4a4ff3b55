import type { ClientId } from "../client.ts";

/** A read of the store that is under way: what changes meanwhile decides what of it may be kept. */
export class Load {
  readonly startedAt = performance.now();
  readonly #changed = new Set<ClientId>();
  #isSpoiled: boolean;

  constructor(isSpoiled: boolean) {
    this.#isSpoiled = isSpoiled;
  }

  /** Nothing at all has changed since it began: also what was not found may be kept. */
  get isClean(): boolean {
    return !this.#isSpoiled && this.#changed.size === 0;
  }

  /** Nothing of it may be kept. */
  get isSpoiled(): boolean {
    return this.#isSpoiled;
  }

  mayKeep(id: ClientId): boolean {
    return !this.#isSpoiled && !this.#changed.has(id);
  }

  tell(changed: Iterable<ClientId> | "all"): void {
    if (changed === "all") this.#isSpoiled = true;
    else for (const id of changed) this.#changed.add(id);
  }
}

export class Loads {
  readonly #underWay = new Set<Load>();

  /** `isWatched`: whoever changes something will be heard of. */
  async run<T>(isWatched: boolean, read: (load: Load) => Promise<T>): Promise<T> {
    const load = new Load(!isWatched);
    this.#underWay.add(load);
    try {
      return await read(load);
    } finally {
      this.#underWay.delete(load);
    }
  }

  tell(changed: readonly ClientId[] | "all"): void {
    for (const load of this.#underWay) load.tell(changed);
  }
}
