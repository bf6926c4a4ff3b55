/** What the servers tell, as changes of clients. */
import type { ClientId } from "@hivemind/db-core/backend";
import { readFeedMessage } from "./feed-message.ts";
import type { Keyspace } from "./keyspace.ts";
import type { RecordReader } from "./record-reader.ts";
import type { SeenTexts } from "./seen-texts.ts";

interface Parts {
  readonly keys: Keyspace;
  readonly reader: RecordReader;
  readonly seen: SeenTexts;
}

export class ToldChanges {
  /** Told who changed when somebody was revoked, or is written back. */
  onRevocations: ((changed: readonly ClientId[]) => void) | undefined;
  readonly #parts: Parts;
  readonly #deliver: (changed: readonly ClientId[] | "all") => void;
  /** Writes that are being looked at. */
  readonly #looking = new Set<Promise<void>>();

  constructor(parts: Parts, deliver: (changed: readonly ClientId[] | "all") => void) {
    this.#parts = parts;
    this.#deliver = deliver;
  }

  /** The keys that were written since the last message of that server, or all of them. */
  take(message: readonly string[] | "all"): void {
    if (message === "all") return this.#deliver("all");
    const { keys, seen } = this.#parts;
    const { changed, unclear, touched, all, revocations } = readFeedMessage(keys, message);
    if (revocations && changed.length > 0) this.onRevocations?.(changed);
    if (all) return this.#deliver("all");
    // The server puts what happens at once into one message: somebody else's write can hide behind a touch.
    const unsure = [...unclear, ...touched.filter((id) => seen.has(id) || seen.hasDropped)];
    const certain = [...changed, ...unsure.filter((id) => !seen.has(id))];
    if (certain.length > 0) this.#deliver(certain);
    const open = unsure.filter((id) => seen.has(id));
    if (open.length === 0) return;
    const looking = this.#look(open).finally(() => this.#looking.delete(looking));
    this.#looking.add(looking);
  }

  /** Resolves when what was taken by now is delivered. */
  async settled(): Promise<void> {
    await Promise.all(this.#looking);
  }

  /** Reads what was written: a last-seen alone is not told. What cannot be read may have changed. */
  async #look(ids: readonly ClientId[]): Promise<void> {
    const { reader, seen } = this.#parts;
    try {
      const found = await reader.read(ids.map(String));
      const changed = ids.filter((id) => !seen.isSame(id, found.get(String(id))?.text));
      if (changed.length > 0) this.#deliver(changed);
    } catch {
      this.#deliver(ids);
    }
  }
}
