/** What was handed out of a record: a later write that changes its last-seen alone is no change. */
import { parseRecord, sameButLastSeen } from "@hivemind/db-core/backend";
import type { ClientId } from "@hivemind/db-core/backend";
import { withLists } from "./damaged-lists.ts";

/**
 * A record that is not remembered counts as changed, so this bounds memory and costs reads, never freshness.
 */
const REMEMBERED = 10_000;
/** Made for more than one: the first keys of a map are dear to find after many deletions. */
const ROOM = 100;

export class SeenTexts {
  readonly #texts = new Map<ClientId, string>();
  #isOn = false;
  #hasDropped = false;

  /** Only somebody who watches needs it. */
  setOn(isOn: boolean): void {
    this.#isOn = isOn;
    if (!isOn) this.forgetAll();
  }

  /** What was handed out is not all here, for want of room. */
  get hasDropped(): boolean {
    return this.#hasDropped;
  }

  /** The oldest text since the last change counts: somebody may still hold what was read then. */
  remember(id: ClientId, text: string): void {
    if (!this.#isOn || this.#texts.has(id)) return;
    this.#texts.set(id, text);
    if (this.#texts.size <= REMEMBERED) return;
    this.#hasDropped = true;
    let room = ROOM;
    for (const oldest of this.#texts.keys()) {
      this.#texts.delete(oldest);
      if ((room -= 1) === 0) return;
    }
  }

  forget(ids: Iterable<ClientId>): void {
    for (const id of ids) this.#texts.delete(id);
  }

  forgetAll(): void {
    this.#texts.clear();
    this.#hasDropped = false;
  }

  has(id: ClientId): boolean {
    return this.#texts.has(id);
  }

  /** Is the record what it was, but for when the client was seen? `undefined`: it is gone. */
  isSame(id: ClientId, text: string | undefined): boolean {
    const before = this.#texts.get(id);
    if (before === undefined || text === undefined) return false;
    if (before === text) return true;
    const [old, now] = [parseRecord(id, before).record, parseRecord(id, text).record];
    return old !== undefined && now !== undefined && sameButLastSeen(withLists(old), withLists(now));
  }
}
