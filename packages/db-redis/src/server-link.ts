/**
 * The way to one server. Every call ends: with a reply, or with an error that says what is known.
 * Over 200 lines: sending, and telling apart the ways in which it fails, rest on the same few fields.
 */
import { DbError } from "@hivemind/db-core/backend";
import { ReplyError } from "ioredis";
import type { Redis } from "ioredis";
import { peerOf } from "./address.ts";
import { giveUp } from "./driver-guard.ts";
import { makeDriver } from "./driver.ts";
import type { ServerOptions } from "./driver.ts";
import { locationOf } from "./location.ts";
import { completed, replyCode, replyError } from "./reply-error.ts";
import { shapeOf } from "./reply-shape.ts";
import type { Shape } from "./reply-shape.ts";

/** As Redis answers in RESP2. */
export type Reply = string | number | null | readonly Reply[];
export type Argument = string | number;
export type Command = readonly [name: string, ...args: Argument[]];

export interface Sending {
  /** It changes something: where no answer comes, nobody knows whether it did. */
  readonly writes?: boolean;
  readonly asBytes?: boolean;
  /** The slot is just being moved to this server, and it has the key already. */
  readonly asking?: boolean;
  /** Only on this connection: on another one nothing is sent. */
  readonly session?: number;
  /** What each command answers, where its name does not say so. */
  readonly shapes?: readonly Shape[];
}

/**
 * The driver destroys a socket that does not end by itself; this is only for one that it has lost sight of.
 */
const CLOSE_TIMEOUT_MS = 500;

export class ServerLink {
  /** The address, without a password. */
  readonly location: string;
  readonly options: ServerOptions;
  readonly #redis: Redis;
  /** Attempts to connect that have failed since the last one that did not. */
  #failures = 0;
  #lastFailure: NodeJS.ErrnoException | undefined;
  /**
   * What the server said no with while the connection was set up. It is not used then: the database may be
   * another.
   */
  #refusal: DbError | undefined;
  #session = 0;
  #closed = false;
  #isReplaced = false;

  constructor(options: ServerOptions) {
    this.location = locationOf(options);
    this.options = options;
    this.#redis = makeDriver(options);
    this.#redis.on("connect", () => {
      this.#refusal = undefined;
      this.#session += 1;
    });
    this.#redis.on("error", (error: Error) => {
      this.#lastFailure = error;
      if (isReply(error)) this.#refusal = handshakeError(error, options, this.location);
    });
    this.#redis.on("close", () => (this.#failures += 1));
    this.#redis.on("ready", () => (this.#failures = 0));
  }

  /** Another one for every connection. */
  get session(): number {
    return this.#session;
  }

  /** Whom the connection leads to, as the operating system sees it; `undefined` without one. */
  get peer(): string | undefined {
    return this.#isWritable() ? peerOf(this.#redis.stream) : undefined;
  }

  /** A reply that says no is thrown as the driver's: it is for the caller to read, and not to pass on. */
  async send([name, ...args]: Command, sending: Sending = {}): Promise<Reply> {
    if (!this.#isWritable()) await this.#connected();
    this.#check(sending.session);
    let reply: unknown;
    try {
      if (sending.asking === true) void this.#redis.call("asking").catch(() => undefined);
      const call =
        sending.asBytes === true ? this.#redis.callBuffer(name, args) : this.#redis.call(name, args);
      reply = await call;
    } catch (error) {
      if (isReply(error)) throw this.#refused(error, sending.writes === true);
      throw this.#lost(error as Error, sending.writes === true);
    }
    return this.#taken(reply, sending.shapes?.[0] ?? shapeOf(name), sending.writes === true);
  }

  /**
   * All of them in one go on one connection, one after the other. A reply that says no is the answer to its
   * own command alone. Where the connection is lost, nothing is known of any of them.
   */
  async sendTogether(
    commands: readonly Command[],
    sending: Sending = {},
  ): Promise<readonly (Reply | Error)[]> {
    if (!this.#isWritable()) await this.#connected();
    this.#check(sending.session);
    const before = sending.asking === true ? [["asking"] as const] : [];
    const pipeline = this.#redis.pipeline(
      [...before, ...commands].map(([name, ...args]) => ["call", name, ...args]),
    );
    const replies = (await pipeline.exec()) ?? [];
    return replies.slice(before.length).map(([error, reply], i) => {
      const shape = sending.shapes?.[i] ?? shapeOf(commands[i]?.[0] ?? "");
      if (error === null) return this.#taken(reply, shape, sending.writes === true);
      if (isReply(error)) return this.#refused(error, sending.writes === true);
      throw this.#lost(error, sending.writes === true);
    });
  }

  /** Another server has its place: whoever still meant to send something has to send it there. */
  replaced(): Promise<void> {
    this.#isReplaced = true;
    return this.close();
  }

  async close(): Promise<void> {
    this.#closed = true;
    // Between two attempts there is no connection whose end could be waited for.
    const isOpen = ["connecting", "connect", "ready"].includes(this.#redis.status);
    this.#redis.disconnect();
    if (isOpen) await this.#event("end", AbortSignal.timeout(CLOSE_TIMEOUT_MS));
  }

  #check(session: number | undefined): void {
    if (session !== undefined && session !== this.#session)
      throw new NotSent(`${this.location} was connected anew`);
  }

  /** What comes after a reply that is not of its command is not of its command either. */
  #taken(reply: unknown, shape: Shape, writes: boolean): Reply {
    if (shape(reply)) return reply as Reply;
    throw this.#noRedis(writes);
  }

  /** A reply that says no, for the caller; thrown is one that sends us nowhere. */
  #refused(error: Error, writes: boolean): Error {
    const message = completed(error.message, this.options.host);
    if (message === undefined) throw this.#noRedis(writes);
    return message === error.message ? error : new (ReplyError as ErrorConstructor)(message);
  }

  #noRedis(writes: boolean): DbError {
    giveUp(this.#redis);
    const what = `${this.location} answers as no Redis does: is something else there, or between?`;
    if (!writes) return new LostConnection(`redis at ${what}`);
    return new DbError(
      "unconfirmed",
      `redis at ${what} The write may have happened: look, or repeat an insert with its token`,
    );
  }

  /** It was sent, and there is no answer. The driver's error carries the command, so it is not passed on. */
  #lost(error: Error, writes: boolean): DbError {
    const timedOut = error.message.includes("timed out");
    const reason = timedOut
      ? `gave no answer within ${this.options.commandTimeoutMs} ms`
      : "closed the connection before it answered";
    if (!writes) return new LostConnection(`redis at ${this.location} ${reason}`);
    return new DbError(
      "unconfirmed",
      `redis at ${this.location} ${reason}, so the write may have happened: look, or repeat an insert with its token`,
    );
  }

  /** Waits for the connection within bounds, so that whatever fails after that has been sent. */
  async #connected(): Promise<void> {
    if (this.#isReplaced) throw new NotSent(`${this.location} is not the master any more`);
    if (this.#closed) throw new DbError("closed", "the database is closed");
    if (this.#redis.status === "wait") this.#redis.connect().catch(() => undefined);
    const deadline = AbortSignal.timeout(this.options.connectTimeoutMs);
    const before = this.#failures;
    // A server that has been away for a while is not waited for by every call: the driver goes on trying.
    const patience = this.options.retryAttempts - before;
    while (!this.#isWritable()) {
      if (this.#refusal !== undefined) throw this.#refusal;
      if (this.#closed || deadline.aborted || this.#failures - before >= patience) throw this.#unreachable();
      await this.#event("ready", "close", deadline);
    }
  }

  #isWritable(): boolean {
    return this.#redis.status === "ready" && this.#refusal === undefined && this.#redis.stream.writable;
  }

  #unreachable(): DbError {
    const code = this.#lastFailure?.code;
    const reason = typeof code === "string" ? ` (${code})` : "";
    const advice = /SSL|TLS|CERT|SIGNED|ISSUER/.test(String(code))
      ? "do the ssl options fit the server's certificates?"
      : "is the server running, and are host, port and TLS right?";
    const message = `cannot reach redis at ${this.location}${reason}: ${advice}`;
    return new NotSent(message, { cause: code === undefined ? undefined : new Error(code) });
  }

  /** The next of these events, or the end of patience. */
  async #event(...what: readonly ("ready" | "close" | "end" | AbortSignal)[]): Promise<void> {
    const stop = new AbortController();
    await Promise.race(
      what.map(
        (source) =>
          new Promise<void>((resolve) => {
            if (source instanceof AbortSignal) {
              source.addEventListener("abort", () => resolve(), { once: true, signal: stop.signal });
              return;
            }
            const done = (): void => resolve();
            this.#redis.once(source, done);
            stop.signal.addEventListener("abort", () => this.#redis.off(source, done), { once: true });
          }),
      ),
    );
    stop.abort();
  }
}

/** It was sent, and nothing can have changed, so it can be sent again. */
export class LostConnection extends DbError {
  constructor(message: string) {
    super("unreachable", message);
  }
}

/** Nothing was sent, so it can be sent elsewhere. */
export class NotSent extends DbError {
  constructor(message: string, options: { readonly cause?: unknown } = {}) {
    super("unreachable", message, options);
  }
}

export function isReply(error: unknown): error is Error {
  return error instanceof (ReplyError as ErrorConstructor);
}

/** AUTH or SELECT was answered with no. */
function handshakeError(error: Error, { db }: ServerOptions, location: string): DbError {
  if (replyCode(error.message) !== "ERR") return replyError(error.message, location);
  return new DbError("invalid", `redis at ${location} has no database ${db}: correct the option db`);
}
