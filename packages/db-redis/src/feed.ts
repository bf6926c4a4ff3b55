/**
 * Tells of changes by any program: one connection to each server that can have the clients, which has the server's
 * invalidation messages sent to itself. With two to one server, the one that is tracked could die, and the other would
 * go on answering PING. On one, every message of a change arrives before the answer to a PING that was sent after the
 * change. So what proves a moment is that answer of every server that had clients then: of the master, and while the
 * clients are moved to another one, of that too.
 * Over 200 lines: the states of the feed, each of which only makes sense beside the others.
 */
import type { ClientId, OnNotice, Watch } from "@hivemind/db-core/backend";
import { guarded, isDbError } from "@hivemind/db-core/backend";
import type { Connection } from "./connection.ts";
import type { Keyspace } from "./keyspace.ts";
import type { ReadyOptions } from "./certificates.ts";
import type { RecordReader } from "./record-reader.ts";
import type { SeenTexts } from "./seen-texts.ts";
import { isReply } from "./server-link.ts";
import type { ServerLink } from "./server-link.ts";
import { ToldChanges } from "./told-changes.ts";
import { Trackers } from "./trackers.ts";
import type { TrackingConnection } from "./tracking-connection.ts";

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
  readonly #trackers: Trackers;
  readonly #told: ToldChanges;
  /** Those of the servers that have clients, and the connection's epoch by which they are the right ones. */
  #homes: readonly TrackingConnection[] = [];
  #epoch = -1;
  #following: Promise<void> | undefined;
  #looking: Promise<void> | undefined;
  #lookedAt = Number.NEGATIVE_INFINITY;
  #heartbeat: NodeJS.Timeout | undefined;
  #state: FeedState = "off";
  #provenAt = Number.NEGATIVE_INFINITY;
  #askedAt = Number.NEGATIVE_INFINITY;

  constructor(parts: FeedParts) {
    this.#parts = parts;
    this.#trackers = new Trackers(`${parts.keys.prefix}:`, {
      armed: (tracker) => this.#homes.includes(tracker) && this.#armed(),
      lost: (tracker) => this.#homes.includes(tracker) && this.#lost(tracker.lostBecause),
      message: (message) => this.#told.take(message),
    });
    this.#told = new ToldChanges(parts, (changed) => this.#deliver(changed));
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
    this.#told.onRevocations = on;
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
    await Promise.all(this.#homes.map(({ firstAttempt }) => firstAttempt));
  }

  async #stop(): Promise<void> {
    clearInterval(this.#heartbeat);
    this.#heartbeat = undefined;
    this.#parts.seen.setOn(false);
    this.#state = "off";
    this.#untrack();
  }

  #untrack(): void {
    this.#homes = [];
    this.#trackers.close();
  }

  #beat(): void {
    this.#trackers.ping();
    this.#ask();
    if (this.#state === "up" || performance.now() - this.#lookedAt < LOOK_EVERY_MS) return;
    // Whoever is not reached any more may have been replaced, or have given the clients away, and nobody else is asking.
    this.#lookedAt = performance.now();
    this.#looking ??= this.#look().finally(() => (this.#looking = undefined));
    this.#unwaited(this.#looking);
  }

  async #look(): Promise<void> {
    await this.#parts.connection.look();
    await this.#follow();
    await this.#findHomes();
  }

  /** Nobody hears how it ends: whatever it fails with, nothing is proven until it has been begun anew. */
  #unwaited(work: Promise<void>): void {
    work.catch(() => {
      this.#untrack();
      if (this.#heartbeat !== undefined) this.#lost("the master could not be followed");
    });
  }

  /** Tracks the master of the clients, whoever that is by now, and all others that can be next. */
  async #follow(): Promise<void> {
    this.#following ??= this.#followMaster().finally(() => (this.#following = undefined));
    await this.#following;
  }

  async #followMaster(): Promise<void> {
    const { connection, keys } = this.#parts;
    const { epoch } = connection;
    if (this.#heartbeat === undefined || (this.#homes.length > 0 && this.#epoch === epoch)) return;
    if (connection.topology === "cluster" && !keys.isTagged)
      return this.#lost("the clients have no hash tag");
    let masters: readonly ServerLink[];
    try {
      masters = (await connection.masters()).map(({ link }) => link);
    } catch (error) {
      if (!isReply(error) && !isDbError(error)) throw error;
      if (this.#heartbeat !== undefined) this.#lost("no master is reached");
      return;
    }
    if (this.#heartbeat === undefined) return;
    this.#epoch = epoch;
    this.#trackers.track(masters.map(({ options }) => options));
    this.#settle(this.#trackersOf(masters.slice(0, 1)));
  }

  /** These have the clients from now on. */
  #settle(homes: readonly TrackingConnection[]): void {
    this.#homes = homes;
    const lost = homes.find(({ state }) => state === "lost");
    if (lost !== undefined) this.#lost(lost.lostBecause);
    else if (!this.#isArmed && this.#state === "up") this.#state = "starting";
    else this.#rise();
    // What has been read elsewhere meanwhile is not told of.
    this.#deliver("all");
  }

  get #isArmed(): boolean {
    return this.#homes.every(({ state }) => state === "armed");
  }

  #deliver(changed: readonly ClientId[] | "all"): void {
    if (changed === "all") this.#parts.seen.forgetAll();
    else this.#parts.seen.forget(changed);
    for (const listener of this.#listeners) listener(changed);
  }

  /** One of those that have clients tells of changes, from now on. */
  #armed(): void {
    this.#rise();
    // Whatever happened before this moment was not heard of.
    this.#deliver("all");
    this.#ask(true);
  }

  #rise(): void {
    if (!this.#isArmed) return;
    if (this.#state === "down")
      this.#parts.onNotice({ code: "feed-up", message: `${this.#where} tells of changes again` });
    this.#state = "up";
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

  /** Sends a PING to each that has clients. What they answer proves the moment before it was sent. */
  #ask(now = false): void {
    const askedAt = performance.now();
    if (this.#state !== "up" || (!now && askedAt - this.#askedAt < ASK_EVERY_MS)) return;
    this.#askedAt = askedAt;
    this.#unwaited(this.#prove(askedAt));
  }

  async #prove(askedAt: number): Promise<void> {
    const [homes, epoch] = [this.#homes, this.#epoch];
    const sessions = homes.map(({ session }) => session);
    const isSame = (): boolean =>
      homes === this.#homes &&
      epoch === this.#epoch &&
      homes.every(({ session }, i) => session === sessions[i]);
    const answers = homes.map((home) => home.ping());
    const areAll = await this.#findHomes();
    // One more has them: what was said there before is told of as "all", and what comes then is proven by its PING.
    if (homes !== this.#homes && epoch === this.#epoch) return this.#ask(true);
    if (!areAll || (await Promise.all(answers)).includes(false)) return;
    await this.#told.settled();
    // A connection that was lost meanwhile has missed what came after: its proofs are of the one before.
    if (isSame() && this.#state === "up") this.#provenAt = Math.max(this.#provenAt, askedAt);
  }

  /**
   * Asks who has the clients, and follows. Answers whether they are tracked, and nobody else is written to: a PING is
   * answered by a server that was replaced as well.
   */
  async #findHomes(): Promise<boolean> {
    const { connection } = this.#parts;
    if (connection.topology === "single") return true;
    if (this.#homes.length === 0) return false;
    const homes = await connection.provenHomes();
    if (connection.epoch !== this.#epoch) {
      await this.#follow();
      return false;
    }
    if (homes === undefined || this.#heartbeat === undefined) return false;
    const trackers = this.#trackersOf(homes);
    if (trackers.length < homes.length) {
      // The masters are others by now than those that are tracked.
      this.#epoch = -1;
      return false;
    }
    const isSame =
      trackers.length === this.#homes.length && trackers.every((home) => this.#homes.includes(home));
    if (!isSame) this.#settle(trackers);
    return homes.every(
      ({ peer, options }) => peer !== undefined && peer === this.#trackers.of(options)?.peer,
    );
  }

  #trackersOf(homes: readonly ServerLink[]): readonly TrackingConnection[] {
    return homes.flatMap(({ options }) => this.#trackers.of(options) ?? []);
  }
}
