import type { ClientId } from "../client.ts";

/** A read of the store that is under way: what changes meanwhile decides what of it may be kept. */
export class Load {
  #changed: Set<ClientId> | undefined;
  #isSpoiled: boolean;

  constructor(isSpoiled: boolean) {
    this.#isSpoiled = isSpoiled;
  }

  /** Nothing at all has changed since it began: also what was not found may be kept. */
  get isClean(): boolean {
    return !this.#isSpoiled && this.#changed === undefined;
  }

  /** Nothing of it may be kept. */
  get isSpoiled(): boolean {
    return this.#isSpoiled;
  }

  mayKeep(id: ClientId): boolean {
    return !this.#isSpoiled && this.#changed?.has(id) !== true;
  }

  tell(changed: readonly ClientId[] | "all"): void {
    if (changed === "all") {
      this.#isSpoiled = true;
      return;
    }
    this.#changed ??= new Set();
    for (const id of changed) this.#changed.add(id);
  }
}

export class Loads {
  readonly #underWay = new Set<Load>();

  /** `isWatched`: whoever changes something will be heard of. Give it to `end` when all of it is kept, or not. */
  begin(isWatched: boolean): Load {
    const load = new Load(!isWatched);
    this.#underWay.add(load);
    return load;
  }

  end(load: Load): void {
    this.#underWay.delete(load);
  }

  tell(changed: readonly ClientId[] | "all"): void {
    for (const load of this.#underWay) load.tell(changed);
  }
}
