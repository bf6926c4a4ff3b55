/**
 * Commands, to whichever server takes them. Every call ends: with a reply, or with an error that says what is known.
 * Over 200 lines: the life of one call, from its way to what is known after a failure, is read in one piece.
 */
import { setTimeout as delay } from "node:timers/promises";
import { isDbError } from "@hivemind/db-core/backend";
import { afterFailure, failure, isWorthALook } from "./after-failure.ts";
import type { Routing } from "./after-failure.ts";
import type { ReadyOptions } from "./certificates.ts";
import { redirection, replyCode } from "./reply-error.ts";
import type { Shape } from "./reply-shape.ts";
import type { Freshness, Route, Way } from "./route.ts";
import type { Script } from "./script.ts";
import { isReply } from "./server-link.ts";
import type { Argument, Command, Reply, Sending, ServerLink } from "./server-link.ts";
import { slotOf } from "./slot.ts";

export type { Argument, Command, Reply } from "./server-link.ts";

/** How a script is sent. */
export type Sent = Pick<Routing, "follows" | "patienceMs">;

type Attempt<T> = (way: Way, asking: boolean) => Promise<T>;

/** Of no key: for the master that has the slot of the clients. */
const KEYLESS = new Set(["config", "hello", "info", "ping", "scan", "wait"]);
/** Between two attempts where a cluster is busy with itself. */
const BUSY_DELAY_MS = 20;
/** So often one is sent elsewhere at once. */
const MANY = 3;

export class Connection {
  /** As given; where one host turned out to be of a cluster, with that as its nodes. */
  readonly options: ReadyOptions;
  readonly #route: Route;
  /** Any key of the clients: it says where commands without a key go. */
  #home: string;
  #isClosed = false;
  /** One server alone, and it gets what it has from another one. */
  isReplica = false;

  constructor(options: ReadyOptions, route: Route) {
    this.options = options;
    this.#route = route;
    this.#home = options.indexPrefix;
  }

  /** The addresses, without a password. */
  get location(): string {
    return this.#route.location;
  }

  get topology(): Route["kind"] {
    return this.#route.kind;
  }

  /** Another number whenever something may have been written or read at another server than before. */
  get epoch(): number {
    return this.#route.epoch;
  }

  get freshness(): Freshness {
    return this.isReplica ? { addedMs: null, why: "the server is a replica" } : this.#route.freshness;
  }

  /** Where commands go that have no key: to the master that has this one. */
  set home(key: string) {
    this.#home = key;
    this.#route.home = this.#slot(key);
  }

  /** The master of the slot that the clients are in. */
  async master(): Promise<Way> {
    return this.#route.way(this.#slot(this.#home));
  }

  /** Looks for the masters anew. */
  look(): Promise<void> {
    return this.#route.look();
  }

  /**
   * Where the clients are written to at this moment, and nowhere else: the master, and while they are moved to another
   * one, that one too. Asked once; `undefined`: nobody can tell.
   */
  async provenHomes(): Promise<readonly ServerLink[] | undefined> {
    const slot = this.#slot(this.#home);
    try {
      return await this.#homesFrom(await this.#route.way(slot), slot);
    } catch (error) {
      if (!isReply(error) && !isDbError(error)) throw error;
      const elsewhere = isReply(error) ? redirection(error.message) : undefined;
      const isMoved = elsewhere?.isWholeSlot === true && this.topology === "cluster";
      if (isMoved) this.#route.redirected(slot, elsewhere.address, true);
      else void this.#route.look();
      return undefined;
    }
  }

  /** A command that changes nothing. It is tried again where the connection was lost. */
  async read(name: string, ...args: readonly Argument[]): Promise<Reply> {
    return (await this.readFrom(name, ...args)).reply;
  }

  /** As `read`, with the way to the server that has answered: a cursor means nothing to another one. */
  async readFrom(name: string, ...args: readonly Argument[]): Promise<{ reply: Reply; way: Way }> {
    const key = KEYLESS.has(name) ? this.#home : String(args[0]);
    return this.#routed(this.#slot(key), { follows: true }, async ({ link, session }, asking) => {
      const reply = await link.send([name, ...args], withSession({ asking }, session));
      return { reply, way: { link, session: link.session } };
    });
  }

  /** The bytes of a string, where they are no text. */
  async bytes(key: string): Promise<Buffer> {
    const reply = await this.#routed<unknown>(
      this.#slot(key),
      { follows: true },
      ({ link, session }, asking) => link.send(["get", key], withSession({ asking, asBytes: true }, session)),
    );
    return Buffer.isBuffer(reply) ? reply : Buffer.alloc(0);
  }

  /** All keys are in one slot. */
  run(script: Script, keys: readonly string[], args: readonly Argument[], sent: Sent = {}): Promise<Reply> {
    const rest = [keys.length, ...keys, ...args];
    return this.#routed(
      this.#slot(keys[0] ?? this.#home),
      { ...sent, writes: script.writes },
      async ({ link, session }, asking) => {
        const sending = withSession({ writes: script.writes, shapes: [script.shape], asking }, session);
        try {
          return await link.send(["evalsha", script.sha1, ...rest], sending);
        } catch (error) {
          if (!isReply(error) || replyCode(error.message) !== "NOSCRIPT") throw error;
          return await link.send(["eval", script.text, ...rest], sending);
        }
      },
    );
  }

  /**
   * Commands on the socket of the master that has this key, in one go: what follows a write there is about
   * that write. A reply that says no is thrown where it is the first command's, else answered as it is.
   */
  async together(
    key: string,
    commands: readonly Command[],
    { shapes, ...routing }: Sent & { readonly writes: boolean; readonly shapes: readonly Shape[] },
  ): Promise<readonly (Reply | Error)[]> {
    return this.#routed(this.#slot(key), routing, async ({ link, session }, asking) => {
      const sending = { writes: routing.writes, shapes, asking };
      const replies = await link.sendTogether(commands, withSession(sending, session));
      if (isReply(replies[0])) throw replies[0];
      return replies;
    });
  }

  /** Whoever has keys of the clients: the master, and while they are moved to another one, that one after it. */
  async homes(): Promise<readonly Way[]> {
    const slot = this.#slot(this.#home);
    return this.#routed(slot, {}, async (way) => {
      const links = this.topology === "cluster" ? await this.#homesFrom(way, slot) : undefined;
      return (links ?? [way.link]).map((link) => ({ link, session: link.session }));
    });
  }

  /** `undefined`: this one is not the master, or cannot tell. */
  async #homesFrom(way: Way, slot: number): Promise<readonly ServerLink[] | undefined> {
    const unused = `${this.#home}:unused`;
    try {
      return (await this.#route.proves(way, unused)) ? [way.link] : undefined;
    } catch (error) {
      const elsewhere = isReply(error) ? redirection(error.message) : undefined;
      if (this.topology !== "cluster" || elsewhere === undefined || elsewhere.isWholeSlot) throw error;
      const next = this.#route.redirected(slot, elsewhere.address, false);
      // It answers, so it is ready for them.
      await next.send(["exists", unused], { asking: true });
      return [way.link, next];
    }
  }

  /** Without a cluster all of them are one. */
  #slot(key: string): number {
    return this.topology === "cluster" ? slotOf(key) : 0;
  }

  /** All that have keys of a cluster, or the one that there is. */
  masters(): Promise<readonly Way[]> {
    return this.#route.masters(slotOf(this.#home));
  }

  /** All that can have keys of a cluster: also masters that have no slot yet. */
  async members(): Promise<readonly Way[]> {
    try {
      return await this.#route.members();
    } catch (error) {
      throw failure(error, this, {});
    }
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#route.close();
  }

  /** Until it is answered, or cannot be. */
  async #routed<T>(slot: number, routing: Routing, attempt: Attempt<T>): Promise<T> {
    const started = performance.now();
    const deadline = started + this.options.commandTimeoutMs;
    const patience = started + (routing.patienceMs ?? this.options.commandTimeoutMs);
    let asked: Way | undefined;
    for (let failures = 0, redirections = 0; ;) {
      try {
        if (asked !== undefined) return await attempt(asked, true);
        return await attempt(await this.#route.way(slot), false);
      } catch (error) {
        asked = undefined;
        if (isWorthALook(error)) void this.#route.look();
        const next = afterFailure(error, this.topology, routing);
        if (next === "look") failures += 1;
        const isLast =
          failures >= this.options.retryAttempts ||
          performance.now() >= (next === "wait" ? patience : deadline);
        if (next === "fail" || isLast || this.#isClosed) throw failure(error, this, routing);
        if (next === "wait") {
          await delay(BUSY_DELAY_MS);
        } else if (next === "look") {
          await this.#route.look();
          await delay(this.options.retryDelayMs);
        } else {
          // Two that send us to each other do not know of the third one yet.
          redirections += 1;
          if (redirections > MANY) await delay(BUSY_DELAY_MS);
          const link = this.#route.redirected(slot, next.address, next.isWholeSlot);
          if (!next.isWholeSlot) asked = { link };
        }
      }
    }
  }
}

export function withSession(sending: Sending, session: number | undefined): Sending {
  return session === undefined ? sending : { ...sending, session };
}
