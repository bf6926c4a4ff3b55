/** A connection that is told of every write under a prefix, and tells when it is not. */
import type { Redis } from "ioredis";
import { makeDriver } from "./driver.ts";
import type { ServerOptions } from "./driver.ts";
import { replyCode } from "./reply-error.ts";
import { peerOf } from "./server-link.ts";

export interface TrackingEvents {
  /** From now on everything is told. */
  armed(): void;
  /** From some moment on, nothing was told any more. */
  lost(reason: string): void;
  /** The keys that were written since the last message, or all of them. */
  message(keys: readonly string[] | "all"): void;
}

const NO_REDIS = "it answers as no Redis does";

const CHANNEL = "__redis__:invalidate";
/** A server that refuses is asked again now and then: an operator may change the ACL. */
const REFUSED_RETRY_MS = 5000;
const CLOSE_TIMEOUT_MS = 500;

export class TrackingConnection {
  /** Settled when the first attempt has led to something, good or bad. */
  readonly firstAttempt: Promise<void>;
  readonly #redis: Redis;
  readonly #prefix: string;
  readonly #events: TrackingEvents;
  readonly #tried = Promise.withResolvers<void>();
  #session = 0;
  #isClosed = false;
  #retry: NodeJS.Timeout | undefined;

  constructor(options: ServerOptions, prefix: string, events: TrackingEvents) {
    this.#prefix = prefix;
    this.#events = events;
    this.firstAttempt = this.#tried.promise;
    this.#redis = makeDriver(options);
    let reason = "the connection was lost";
    this.#redis.on("error", (error: NodeJS.ErrnoException) => (reason = describe(error)));
    this.#redis.on("ready", () => void this.#arm());
    this.#redis.on("close", () => this.#disarm(reason));
    this.#redis.on("messageBuffer", (_channel: Buffer, keys: readonly Buffer[] | null) => {
      this.#events.message(keys === null ? "all" : keys.map(String));
    });
    this.#redis.connect().catch(() => undefined);
  }

  /** Another one for every connection: what was proven on one says nothing about the next. */
  get session(): number {
    return this.#session;
  }

  /** Whom the connection leads to. */
  get peer(): string | undefined {
    return peerOf(this.#redis);
  }

  async ping(): Promise<boolean> {
    try {
      await this.#redis.ping();
      return true;
    } catch {
      // The connection is lost, or will be found to be; that is told by its end.
      return false;
    }
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#retry);
    const isOpen = ["connecting", "connect", "ready"].includes(this.#redis.status);
    const ended = new Promise<void>((resolve) => {
      this.#redis.once("end", () => resolve());
      setTimeout(resolve, CLOSE_TIMEOUT_MS).unref();
    });
    this.#redis.disconnect();
    if (isOpen) await ended;
    this.#tried.resolve();
  }

  async #arm(): Promise<void> {
    this.#session += 1;
    const session = this.#session;
    try {
      const id = await this.#redis.call("client", "id");
      // What is no Redis is not asked to let us subscribe: the driver ends the process over the answer.
      if (typeof id !== "number") throw new Error(NO_REDIS);
      const tracking = ["tracking", "on", "redirect", id, "bcast", "prefix", this.#prefix];
      if ((await this.#redis.call("client", ...tracking)) !== "OK") throw new Error(NO_REDIS);
      await this.#redis.subscribe(CHANNEL);
    } catch (error) {
      if (session !== this.#session || this.#isClosed) return;
      this.#disarm(describe(error as Error), true);
      this.#retry = setTimeout(() => this.#redis.disconnect(true), REFUSED_RETRY_MS).unref();
      return;
    }
    if (session !== this.#session || this.#isClosed) return;
    this.#events.armed();
    this.#tried.resolve();
  }

  #disarm(reason: string, isRefused = false): void {
    if (!isRefused) this.#session += 1;
    if (this.#isClosed) return;
    clearTimeout(this.#retry);
    this.#events.lost(reason);
    this.#tried.resolve();
  }
}

/** Without the driver's text, which can quote a command. */
function describe(error: NodeJS.ErrnoException): string {
  if (error.message === NO_REDIS) return NO_REDIS;
  if (error.name !== "ReplyError")
    return error.code === undefined ? "the connection was lost" : `connection lost (${error.code})`;
  const code = replyCode(error.message);
  return code === "NOPERM"
    ? "this user may not use CLIENT TRACKING (see the ACL rule in the README)"
    : `the server answered ${code}`;
}
