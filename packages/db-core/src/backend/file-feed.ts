/** Tells of the changes of a store in a file: found by every read, and by looking after the file in between. */
import { watch as watchFolder } from "node:fs";
import type { FSWatcher } from "node:fs";
import { dirname } from "node:path";
import type { ClientId } from "../client.ts";
import { isDbError } from "../errors.ts";
import type { OnNotice } from "../notice.ts";
import type { Watch } from "./contract.ts";
import { guarded } from "./guarded.ts";

type Listener = (changed: readonly ClientId[] | "all") => void;

/** File events do not cross network file systems and bind mounts; a look at the file's times costs 3 us. */
const LOOK_EVERY_MS = 1000;

/**
 * `watch` of a backend whose store is a file. It calls `refreshNow` whenever somebody asks, when the folder has
 * changed, and every second: that looks at the store, synchronously, hands the ids that have changed to `deliver`,
 * and throws where it cannot look. What the backend itself has committed it delivers in the same way.
 */
export class FileFeed {
  readonly #listeners = new Set<Listener>();
  readonly #path: string;
  readonly #refreshNow: () => void;
  readonly #onNotice: OnNotice;
  #watcher: FSWatcher | undefined;
  #timer: NodeJS.Timeout | undefined;
  #provenAt = 0;
  #down = false;
  #closed = false;

  constructor(path: string, refreshNow: () => void, onNotice: OnNotice) {
    this.#path = path;
    this.#refreshNow = refreshNow;
    this.#onNotice = onNotice;
  }

  /** Tells all watches, at once; none of nothing. */
  deliver(changed: readonly ClientId[] | "all"): void {
    if (changed.length === 0) return;
    for (const listener of this.#listeners) listener(changed);
  }

  watch(on: Listener): Watch {
    // A function of its own for each watch: the same callback twice is two watches.
    const listener: Listener = guarded("a listener of the feed", on);
    this.look();
    this.#listeners.add(listener);
    this.#start();
    return {
      provenAt: () => this.look(),
      close: async () => {
        this.#listeners.delete(listener);
        if (this.#listeners.size === 0) this.#stop();
      },
    };
  }

  close(): void {
    this.#closed = true;
    this.#listeners.clear();
    this.#stop();
  }

  /** Looks at the store now, and never throws. What cannot be looked at proves nothing: the last proof stands. */
  look(): number {
    if (this.#closed) return this.#provenAt;
    const before = performance.now();
    try {
      this.#refreshNow();
    } catch (error) {
      // Somebody holds the store this very moment: the next look will tell.
      if (!isDbError(error) || error.code !== "locked") this.#report(error as Error);
      return this.#provenAt;
    }
    if (this.#down) {
      this.#down = false;
      this.#onNotice({ code: "feed-up", message: `${this.#path} can be read again` });
      this.deliver("all");
    }
    this.#provenAt = before;
    return before;
  }

  #report(error: Error): void {
    if (this.#down) return;
    this.#down = true;
    this.#onNotice({ code: "feed-down", message: `changes are not being seen: ${error.message}` });
  }

  #start(): void {
    if (this.#timer !== undefined) return;
    this.#timer = setInterval(() => this.look(), LOOK_EVERY_MS).unref();
    try {
      this.#watcher = watchFolder(dirname(this.#path), { persistent: false }, () => this.look());
      this.#watcher.on("error", () => this.#stopWatcher());
    } catch {
      // No events here (no folder yet, or no more inotify watches): the timer looks by itself.
      this.#watcher = undefined;
    }
  }

  #stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#stopWatcher();
  }

  #stopWatcher(): void {
    this.#watcher?.close();
    this.#watcher = undefined;
  }
}
