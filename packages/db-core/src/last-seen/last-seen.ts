/** When clients were seen: kept for a moment and written together, since each one is cheap to lose and dear to write. */
import type { Backend } from "../backend/contract.ts";
import type { Client, ClientId } from "../client.ts";
import type { WithBackend } from "../database/node-state.ts";
import { lastSeenFlushes } from "../diagnostics.ts";
import { isDbError } from "../errors.ts";
import type { OnNotice } from "../notice.ts";

/** What a node may lose in a crash, where nobody says otherwise. */
export const DEFAULT_INTERVAL_MS = 1000;
/** Clients whose time is waiting. More are written at once; where that fails, the oldest are let go. */
const MOST = 100_000;
const AT_ONCE = 1000;
/** Longer delays are none to a timer. */
const LONGEST_MS = 2 ** 31 - 1;

interface LastSeenParts {
  readonly name: string;
  /** 0: each touch is written before it resolves. */
  readonly intervalMs: number;
  readonly onNotice: OnNotice;
  readonly withBackend: WithBackend;
}

export class LastSeen {
  readonly #parts: LastSeenParts;
  #waiting = new Map<ClientId, number>();
  /** On the way to the store, and not known to be there. */
  #written: ReadonlyMap<ClientId, number> = new Map();
  #flushing: Promise<void> = Promise.resolve();
  #timer: NodeJS.Timeout | undefined;
  #isFailing = false;
  #isFlushing = false;
  #isStopping = false;

  constructor(parts: LastSeenParts) {
    if (!(parts.intervalMs >= 0))
      throw new TypeError("lastSeenIntervalMs is a number of milliseconds from 0");
    this.#parts = parts;
  }

  /** Unix seconds. */
  async touch(id: ClientId, at: number): Promise<void> {
    const { intervalMs, withBackend } = this.#parts;
    if (intervalMs === 0) return withBackend((backend) => backend.touch(new Map([[id, at]])));
    if (at > (this.#waiting.get(id) ?? -1)) this.#waiting.set(id, at);
    // Many at once: the first keys of a map are dear to find after many deletions.
    if (this.#waiting.size >= MOST + AT_ONCE) letGo(this.#waiting);
    // A store that has just failed is left alone until the interval is over.
    if (this.#waiting.size >= MOST && !this.#isFailing) void this.#flushQuietly();
    else this.#flushLater();
  }

  /** The client with what is waiting to be written. */
  seen(client: Client): Client {
    if (client.revoked) return client;
    const at = Math.max(this.#waiting.get(client.id) ?? -1, this.#written.get(client.id) ?? -1);
    return at > (client.lastSeen ?? -1) ? Object.freeze({ ...client, lastSeen: at }) : client;
  }

  /** Writes what is waiting. Where that fails, it stays waiting. */
  flush(): Promise<void> {
    return this.#inTurn(() => this.#parts.withBackend((backend) => this.#write(backend)));
  }

  /** The last chance, before the backend is closed. What cannot be written now is lost, and said so. */
  async stop(backend: Backend): Promise<void> {
    this.#isStopping = true;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    await this.#inTurn(() => this.#write(backend)).catch((error: unknown) => this.#notice(error, "is lost"));
    this.#waiting.clear();
    this.#isFailing = false;
    this.#isStopping = false;
  }

  #flushLater(): void {
    if (this.#timer !== undefined || this.#waiting.size === 0 || this.#isStopping) return;
    this.#timer = setTimeout(
      () => void this.#flushQuietly(),
      Math.min(this.#parts.intervalMs, LONGEST_MS),
    ).unref();
  }

  /** One at a time: a store that does not answer must not gather those who wait for it. */
  async #flushQuietly(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#isFlushing) return;
    this.#isFlushing = true;
    try {
      await this.flush();
    } catch (error) {
      // What waits when the database is closed gets its last chance from `stop`, which tells of it.
      if (!this.#isFailing && !this.#isStopping) this.#notice(error, "waits to be written");
      this.#isFailing = true;
    }
    this.#isFlushing = false;
    this.#flushLater();
  }

  /** One at a time: what waits is what the one before has left. */
  #inTurn(write: () => Promise<void>): Promise<void> {
    const turn = this.#flushing.then(write);
    this.#flushing = turn.catch(() => undefined);
    return turn;
  }

  async #write(backend: Backend): Promise<void> {
    if (this.#waiting.size === 0) return;
    const started = performance.now();
    const all = [...this.#waiting];
    this.#written = this.#waiting;
    this.#waiting = new Map();
    let done = 0;
    try {
      for (; done < all.length; done += AT_ONCE) {
        await backend.touch(new Map(all.slice(done, done + AT_ONCE)));
      }
      this.#isFailing = false;
    } finally {
      this.#keep(all.slice(done));
      this.#written = new Map();
      const milliseconds = performance.now() - started;
      const ok = done >= all.length;
      lastSeenFlushes.publish({
        backend: this.#parts.name,
        clients: Math.min(done, all.length),
        milliseconds,
        ok,
      });
    }
  }

  /** Those that were not written, without what is newer; the oldest go where there are too many. */
  #keep(unwritten: readonly (readonly [ClientId, number])[]): void {
    if (unwritten.length === 0) return;
    const kept = new Map(unwritten);
    for (const [id, at] of this.#waiting) kept.set(id, Math.max(at, kept.get(id) ?? -1));
    letGo(kept);
    this.#waiting = kept;
  }

  #notice(error: unknown, what: string): void {
    // A message that is not ours could quote what it was about.
    const why = isDbError(error) ? error.message : "the backend failed";
    this.#parts.onNotice({
      code: "last-seen-unwritten",
      message: `when ${this.#waiting.size} clients were last seen ${what}: ${why}`,
    });
  }
}

/** The oldest, where there are too many. */
function letGo(waiting: Map<ClientId, number>): void {
  for (const id of waiting.keys()) {
    if (waiting.size <= MOST) return;
    waiting.delete(id);
  }
}
