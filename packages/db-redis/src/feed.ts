/**
 * Tells of changes by any program: one connection that has the server's invalidation messages sent to itself.
 * With two, the one that is tracked could die, and the other would go on answering PING. On one, every
 * message of a change arrives before the answer to a PING that was sent after the change: that answer is the
 * proof.
 * Over 200 lines: the states of one connection, each of which only makes sense beside the others.
 */
import type { ClientId, OnNotice, Watch } from "@hivemind/db-core/backend";
import { guarded, isDbError } from "@hivemind/db-core/backend";
import type { Connection } from "./connection.ts";
import { readFeedMessage } from "./feed-message.ts";
import type { ServerOptions } from "./driver.ts";
import type { Keyspace } from "./keyspace.ts";
import { locationOf } from "./location.ts";
import type { ReadyOptions } from "./certificates.ts";
import type { RecordReader } from "./record-reader.ts";
import type { SeenTexts } from "./seen-texts.ts";
import { isReply } from "./server-link.ts";
import { TrackingConnection } from "./tracking-connection.ts";

type Listener = (changed: readonly ClientId[] | "all") => void;

export type FeedState = "off" | "starting" | "up" | "down";

/** Whoever asks for a proof gets a PING sent, but not more often than this. */
const ASK_EVERY_MS = 10;

/** While nothing is told: is there another master? */
const LOOK_EVERY_MS = 500;

export interface FeedParts {
  readonly options: ReadyOptions;
  readonly connection: Connection;
  readonly keys: Keyspace;
  readonly reader: RecordReader;
  readonly seen: SeenTexts;
  readonly onNotice: OnNotice;
}

export class Feed {
  readonly #parts: FeedParts;
  readonly #listeners = new Set<Listener>();
  /** Writes that are being looked at: what they were is not told yet, so nothing is proven. */
  readonly #looking = new Set<Promise<void>>();
  #tracking: TrackingConnection | undefined;
  /** The place that is tracked, and the connection's epoch by which it is the right one. */
  #tracked = { location: "", epoch: -1 };
  #moving: Promise<void> | undefined;
  #lookedAt = Number.NEGATIVE_INFINITY;
  #heartbeat: NodeJS.Timeout | undefined;
  #state: FeedState = "off";
  #onRevocations: ((changed: readonly ClientId[]) => void) | undefined;
  #provenAt = Number.NEGATIVE_INFINITY;
  #askedAt = Number.NEGATIVE_INFINITY;

  constructor(parts: FeedParts) {
    this.#parts = parts;
  }

  get state(): FeedState {
    return this.#state;
  }

  /** Monotonic milliseconds; `undefined` before the first proof. */
  get provenAt(): number | undefined {
    return Number.isFinite(this.#provenAt) ? this.#provenAt : undefined;
  }

  /** Told who changed when somebody was revoked, or is written back. */
  set onRevocations(on: (changed: readonly ClientId[]) => void) {
    this.#onRevocations = on;
  }

  async watch(on: Listener): Promise<Watch> {
    // A function of its own for each watch: the same callback twice is two watches.
    const listener: Listener = guarded("a listener of the feed", on);
    this.#listeners.add(listener);
    await this.#start();
    return {
      provenAt: () => {
        this.#ask();
        return this.#provenAt;
      },
      close: async () => {
        this.#listeners.delete(listener);
        if (this.#listeners.size === 0) await this.#stop();
      },
    };
  }

  async close(): Promise<void> {
    this.#listeners.clear();
    await this.#stop();
  }

  /**
   * Waits for the first attempt, whatever becomes of it: a server without a feed is no reason not to serve.
   */
  async #start(): Promise<void> {
    if (this.#heartbeat === undefined) {
      this.#state = "starting";
      this.#parts.seen.setOn(true);
      this.#heartbeat = setInterval(() => this.#beat(), this.#parts.options.leaseMs / 4).unref();
    }
    await this.#follow();
    await this.#tracking?.firstAttempt;
  }

  async #stop(): Promise<void> {
    clearInterval(this.#heartbeat);
    this.#heartbeat = undefined;
    this.#parts.seen.setOn(false);
    this.#state = "off";
    const tracking = this.#tracking;
    this.#tracking = undefined;
    tracking?.close();
  }

  #beat(): void {
    this.#ask();
    if (this.#state !== "down" || performance.now() - this.#lookedAt < LOOK_EVERY_MS) return;
    // Whoever is not reached any more may have been replaced, and nobody else is asking.
    this.#lookedAt = performance.now();
    this.#unwaited(this.#parts.connection.look().then(() => this.#follow()));
  }

  /** Nobody hears how it ends: whatever it fails with, nothing is proven until it has been begun anew. */
  #unwaited(work: Promise<void>): void {
    work.catch(() => {
      const tracking = this.#tracking;
      this.#tracking = undefined;
      tracking?.close();
      if (this.#heartbeat !== undefined) this.#lost("the master could not be followed");
    });
  }

  /** Tracks the master of the clients, whoever that is by now. */
  async #follow(): Promise<void> {
    this.#moving ??= this.#move().finally(() => (this.#moving = undefined));
    await this.#moving;
  }

  async #move(): Promise<void> {
    const { connection, keys } = this.#parts;
    if (this.#tracking !== undefined && this.#tracked.epoch === connection.epoch) return;
    if (connection.topology === "cluster" && !keys.isTagged)
      return this.#lost("the clients have no hash tag");
    let options: ServerOptions;
    try {
      ({ options } = (await connection.master()).link);
    } catch (error) {
      if (!isReply(error) && !isDbError(error)) throw error;
      if (this.#heartbeat !== undefined) this.#lost("no master is reached");
      return;
    }
    if (this.#heartbeat === undefined) return;
    const before = this.#tracked;
    this.#tracked = { location: locationOf(options), epoch: connection.epoch };
    if (this.#tracking !== undefined && before.location === this.#tracked.location) {
      // It is the same one, or is it again: what has been read elsewhere meanwhile is not told of.
      this.#deliver("all");
      return;
    }
    const old = this.#tracking;
    if (old !== undefined) this.#lost("another server is the master of the clients by now");
    const tracking = new TrackingConnection(options, `${keys.prefix}:`, {
      armed: () => this.#armed(tracking),
      lost: (reason) => tracking === this.#tracking && this.#lost(reason),
      message: (message) => tracking === this.#tracking && this.#message(message),
    });
    this.#tracking = tracking;
    old?.close();
  }

  #deliver(changed: readonly ClientId[] | "all"): void {
    if (changed === "all") this.#parts.seen.forgetAll();
    else this.#parts.seen.forget(changed);
    for (const listener of this.#listeners) listener(changed);
  }

  #armed(tracking: TrackingConnection): void {
    if (tracking !== this.#tracking) return;
    if (this.#state === "down") {
      this.#parts.onNotice({ code: "feed-up", message: `${this.#where} tells of changes again` });
    }
    this.#state = "up";
    // Whatever happened before this moment was not heard of.
    this.#deliver("all");
    this.#ask(true);
  }

  #lost(reason: string): void {
    if (this.#state === "down") return;
    this.#state = "down";
    const message = `${this.#where} does not tell of changes, so nothing is answered from memory: ${reason}`;
    this.#parts.onNotice({ code: "feed-down", message });
    this.#deliver("all");
  }

  get #where(): string {
    return `redis at ${this.#parts.connection.location}`;
  }

  #message(message: readonly string[] | "all"): void {
    if (message === "all") return this.#deliver("all");
    const { changed, unclear, touched, all, revocations } = readFeedMessage(this.#parts.keys, message);
    if (revocations && changed.length > 0) this.#onRevocations?.(changed);
    if (all) return this.#deliver("all");
    const { seen } = this.#parts;
    // The server puts what happens at once into one message: somebody else's write can hide behind a touch.
    const unsure = [...unclear, ...touched.filter((id) => seen.has(id) || seen.hasDropped)];
    const certain = [...changed, ...unsure.filter((id) => !seen.has(id))];
    if (certain.length > 0) this.#deliver(certain);
    const open = unsure.filter((id) => seen.has(id));
    if (open.length === 0) return;
    const looking = this.#look(open).finally(() => this.#looking.delete(looking));
    this.#looking.add(looking);
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

  /** Sends a PING. Its answer proves the moment before it was sent. */
  #ask(now = false): void {
    const tracking = this.#tracking;
    const askedAt = performance.now();
    if (tracking === undefined || this.#state !== "up" || (!now && askedAt - this.#askedAt < ASK_EVERY_MS))
      return;
    this.#askedAt = askedAt;
    this.#unwaited(this.#prove(tracking, askedAt));
  }

  async #prove(tracking: TrackingConnection, askedAt: number): Promise<void> {
    const { session } = tracking;
    const { epoch } = this.#tracked;
    const [isAnswered, isMaster] = await Promise.all([tracking.ping(), this.#isMaster(tracking)]);
    if (!isAnswered || !isMaster) return;
    await Promise.all(this.#looking);
    // A connection that was lost meanwhile has missed what came after: its proofs are of the one before.
    const isSame =
      tracking === this.#tracking && session === tracking.session && epoch === this.#tracked.epoch;
    if (isSame && this.#state === "up") this.#provenAt = Math.max(this.#provenAt, askedAt);
  }

  /** Has nobody else been written to? A PING is answered by a server that was replaced as well. */
  async #isMaster(tracking: TrackingConnection): Promise<boolean> {
    const { connection, keys } = this.#parts;
    if (connection.topology === "single") return true;
    const master = await connection.witness(`${keys.meta}:unused`);
    if (connection.epoch !== this.#tracked.epoch) {
      await this.#follow();
      return false;
    }
    return master !== undefined && master === tracking.peer;
  }
}
