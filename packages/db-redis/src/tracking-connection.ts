/** A connection that is told of every write under a prefix, and tells when it is not. */
import type { ServerOptions } from "./driver.ts";
import { replyCode } from "./reply-error.ts";
import { NoRedis, RespError } from "./resp.ts";
import type { Frame } from "./resp.ts";
import { Subscriber } from "./subscriber.ts";

export interface TrackingEvents {
  /** From now on everything is told. */
  armed(): void;
  /** From some moment on, nothing was told any more. */
  lost(): void;
  /** The keys that were written since the last message, or all of them. */
  message(keys: readonly string[] | "all"): void;
}

/** Not known yet; everything is told that is written there; or nothing is. */
export type TrackingState = "trying" | "armed" | "lost";

const CHANNEL = "__redis__:invalidate";

export class TrackingConnection {
  /** Settled when the first attempt has led to something, good or bad. */
  readonly firstAttempt: Promise<void>;
  readonly #subscriber: Subscriber;
  readonly #prefix: string;
  readonly #events: TrackingEvents;
  readonly #tried = Promise.withResolvers<void>();
  #session = 0;
  #state: TrackingState = "trying";
  #lostBecause = "";

  constructor(options: ServerOptions, prefix: string, events: TrackingEvents) {
    this.#prefix = prefix;
    this.#events = events;
    this.firstAttempt = this.#tried.promise;
    this.#subscriber = new Subscriber(options, {
      ready: () => void this.#arm(),
      closed: (reason) => this.#lost(reason),
      message: (payload) => this.#told(payload),
    });
    this.#subscriber.connect();
  }

  /** Another one for every connection: what was proven on one says nothing about the next. */
  get session(): number {
    return this.#session;
  }

  get state(): TrackingState {
    return this.#state;
  }

  /** For an operator, where it is lost. */
  get lostBecause(): string {
    return this.#lostBecause;
  }

  /** Whom the connection leads to. */
  get peer(): string | undefined {
    return this.#subscriber.peer;
  }

  /** Answered, on an armed connection: what was written there before the call has been told. */
  async ping(): Promise<boolean> {
    if (this.#state !== "armed") return false;
    try {
      // As a subscriber is answered.
      const reply = await this.#subscriber.ask("ping");
      if (Array.isArray(reply) && reply[0] === "pong") return true;
      this.#subscriber.drop(new NoRedis());
    } catch {
      // The connection is lost, or will be found to be; that is told by its end.
    }
    return false;
  }

  close(): void {
    this.#subscriber.close();
    this.#tried.resolve();
  }

  async #arm(): Promise<void> {
    const subscriber = this.#subscriber;
    this.#session += 1;
    const session = this.#session;
    try {
      const id = await subscriber.ask("client", "id");
      if (typeof id !== "number") throw new NoRedis();
      const tracking = ["tracking", "on", "redirect", id, "bcast", "prefix", this.#prefix];
      if ((await subscriber.ask("client", ...tracking)) !== "OK") throw new NoRedis();
      const subscribed = await subscriber.ask("subscribe", CHANNEL);
      if (!Array.isArray(subscribed) || subscribed[1] !== CHANNEL) throw new NoRedis();
    } catch (error) {
      subscriber.drop(error as Error);
      return;
    }
    if (session !== this.#session) return;
    this.#state = "armed";
    this.#events.armed();
    this.#tried.resolve();
  }

  #told(payload: Frame): void {
    if (payload === null) return this.#events.message("all");
    if (!Array.isArray(payload) || !payload.every((key) => typeof key === "string")) throw new NoRedis();
    this.#events.message(payload);
  }

  #lost(reason: Error): void {
    this.#session += 1;
    this.#state = "lost";
    this.#lostBecause = describe(reason);
    this.#events.lost();
    this.#tried.resolve();
  }
}

/** Without a text of the server, which can quote what was sent. */
function describe(error: NodeJS.ErrnoException): string {
  if (error instanceof RespError) {
    const code = replyCode(error.message);
    return code === "NOPERM"
      ? "this user may not use CLIENT TRACKING (see the ACL rule in the README)"
      : `the server answered ${code}`;
  }
  if (error instanceof NoRedis) return error.message;
  return error.code === undefined ? "the connection was lost" : `connection lost (${error.code})`;
}
