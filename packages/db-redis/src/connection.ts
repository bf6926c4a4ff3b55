/** One connection for commands. Every call ends: with a reply, or with an error that says what is known. */
import { setTimeout as delay } from "node:timers/promises";
import { DbError } from "@hivemind/db-core/backend";
import { ReplyError } from "ioredis";
import type { Redis } from "ioredis";
import { makeDriver } from "./driver.ts";
import { locationOf } from "./location.ts";
import type { RedisOptions } from "./options.ts";
import { replyCode, replyError } from "./reply-error.ts";
import type { Script } from "./script.ts";

/** As Redis answers in RESP2. */
export type Reply = string | number | null | readonly Reply[];
export type Argument = string | number;

/**
 * The driver destroys a socket that does not end by itself; this is only for one that it has lost sight of.
 */
const CLOSE_TIMEOUT_MS = 500;

export class Connection {
  /** The address, without a password. */
  readonly location: string;
  readonly #options: RedisOptions;
  readonly #redis: Redis;
  /** Attempts to connect that have failed since the last one that did not. */
  #failures = 0;
  #lastFailure: NodeJS.ErrnoException | undefined;
  /**
   * What the server said no with while the connection was set up. It is not used then: the database may be
   * another.
   */
  #refusal: DbError | undefined;
  #closed = false;

  constructor(options: RedisOptions) {
    this.location = locationOf(options);
    this.#options = options;
    this.#redis = makeDriver(options);
    this.#redis.on("connect", () => (this.#refusal = undefined));
    this.#redis.on("error", (error: Error) => {
      this.#lastFailure = error;
      if (isReply(error)) this.#refusal = handshakeError(error, options, this.location);
    });
    this.#redis.on("close", () => (this.#failures += 1));
    this.#redis.on("ready", () => (this.#failures = 0));
  }

  /** A command that changes nothing. It is tried again where the connection was lost. */
  async read(name: string, ...args: readonly Argument[]): Promise<Reply> {
    return this.#retrying(() => this.#send(name, args));
  }

  /** The bytes of a string, where they are no text. */
  async bytes(key: string): Promise<Buffer> {
    const reply = await this.#retrying(() => this.#send("get", [key], { asBytes: true }));
    return Buffer.isBuffer(reply) ? reply : Buffer.alloc(0);
  }

  async run(script: Script, keys: readonly string[], args: readonly Argument[]): Promise<Reply> {
    const rest = [keys.length, ...keys, ...args];
    const once = async (): Promise<Reply> => {
      try {
        return await this.#send("evalsha", [script.sha1, ...rest], script);
      } catch (error) {
        if (!isReply(error) || replyCode(error.message) !== "NOSCRIPT") throw error;
        return await this.#send("eval", [script.text, ...rest], script);
      }
    };
    return script.writes ? this.#clean(once) : this.#retrying(once);
  }

  async close(): Promise<void> {
    this.#closed = true;
    // Between two attempts there is no connection whose end could be waited for.
    const isOpen = ["connecting", "connect", "ready"].includes(this.#redis.status);
    this.#redis.disconnect();
    if (isOpen) await this.#event("end", AbortSignal.timeout(CLOSE_TIMEOUT_MS));
  }

  async #retrying(send: () => Promise<Reply>): Promise<Reply> {
    const deadline = performance.now() + this.#options.commandTimeoutMs;
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.#clean(send);
      } catch (error) {
        const isLast = attempt >= this.#options.retryAttempts || performance.now() >= deadline;
        if (isLast || this.#closed || !(error instanceof LostConnection)) throw error;
        await delay(this.#options.retryDelayMs);
      }
    }
  }

  async #clean(send: () => Promise<Reply>): Promise<Reply> {
    try {
      return await send();
    } catch (error) {
      throw isReply(error) ? replyError(error.message, this.location) : error;
    }
  }

  async #send(
    name: string,
    args: readonly Argument[],
    { writes = false, asBytes = false } = {},
  ): Promise<Reply> {
    await this.#connected();
    try {
      const call = asBytes
        ? this.#redis.callBuffer(name, args as Argument[])
        : this.#redis.call(name, args as Argument[]);
      return (await call) as Reply;
    } catch (error) {
      if (isReply(error)) throw error;
      throw this.#lost(error as Error, writes);
    }
  }

  /** It was sent, and there is no answer. The driver's error carries the command, so it is not passed on. */
  #lost(error: Error, writes: boolean): DbError {
    const timedOut = error.message.includes("timed out");
    const reason = timedOut
      ? `gave no answer within ${this.#options.commandTimeoutMs} ms`
      : "closed the connection before it answered";
    if (!writes) return new LostConnection(`redis at ${this.location} ${reason}`);
    return new DbError(
      "unconfirmed",
      `redis at ${this.location} ${reason}, so the write may have happened: look, or repeat an insert with its token`,
    );
  }

  /** Waits for the connection within bounds, so that whatever fails after that has been sent. */
  async #connected(): Promise<void> {
    if (this.#isWritable()) return;
    if (this.#closed) throw new DbError("closed", "the database is closed");
    if (this.#redis.status === "wait") this.#redis.connect().catch(() => undefined);
    const deadline = AbortSignal.timeout(this.#options.connectTimeoutMs);
    const before = this.#failures;
    // A server that has been away for a while is not waited for by every call: the driver goes on trying.
    const patience = this.#options.retryAttempts - before;
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
    return new DbError("unreachable", message, { cause: code === undefined ? undefined : new Error(code) });
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

/** Nothing was changed, so it can be tried again. */
class LostConnection extends DbError {
  constructor(message: string) {
    super("unreachable", message);
  }
}

function isReply(error: unknown): error is Error {
  return error instanceof (ReplyError as ErrorConstructor);
}

/** AUTH or SELECT was answered with no. */
function handshakeError(error: Error, { db }: RedisOptions, location: string): DbError {
  if (replyCode(error.message) !== "ERR") return replyError(error.message, location);
  return new DbError("invalid", `redis at ${location} has no database ${db}: correct the option db`);
}
