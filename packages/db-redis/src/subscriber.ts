/**
 * A connection on which a server tells something unasked. It is ours and not the driver's: the driver throws, where
 * nobody can catch it, over what no Redis says to a subscriber. Here that is the end of the connection, and the next one.
 */
import { connect as connectPlain } from "node:net";
import type { Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import { peerOf } from "./address.ts";
import { backoffMs } from "./driver.ts";
import type { ServerOptions } from "./driver.ts";
import { encodeCommand, NoRedis, RespError, RespReader } from "./resp.ts";
import type { Frame } from "./resp.ts";

export interface SubscriberEvents {
  /** Connected, and let in. */
  ready(): void;
  /** What ended the connection, or kept it from being made. Another one is tried for. */
  closed(reason: Error): void;
  message(payload: Frame): void;
}

interface Asked {
  resolve(reply: Frame): void;
  reject(error: Error): void;
}

/** A server that refuses is asked again now and then: an operator may change the ACL. */
const REFUSED_RETRY_MS = 5000;
const KEEP_ALIVE_MS = 10_000;

export class Subscriber {
  readonly #options: ServerOptions;
  readonly #events: SubscriberEvents;
  readonly #asked: Asked[] = [];
  #socket: Socket | undefined;
  /** Attempts since the last subscription. */
  #attempts = 0;
  #retry: NodeJS.Timeout | undefined;
  #isClosed = false;

  /** Not connected yet. */
  constructor(options: ServerOptions, events: SubscriberEvents) {
    this.#options = options;
    this.#events = events;
  }

  /** Whom the connection leads to, as the operating system sees it; `undefined` without one. */
  get peer(): string | undefined {
    return this.#socket === undefined ? undefined : peerOf(this.#socket);
  }

  connect(): void {
    if (this.#socket !== undefined || this.#isClosed) return;
    this.#attempts += 1;
    const { host, port, tls, connectTimeoutMs } = this.#options;
    const socket = tls === undefined ? connectPlain({ host, port }) : connectTls({ host, port, ...tls });
    this.#socket = socket;
    const reader = new RespReader();
    let reason = new Error("the connection was lost");
    const late = setTimeout(() => socket.destroy(failure("ETIMEDOUT")), connectTimeoutMs);
    socket.setNoDelay(true).setKeepAlive(true, KEEP_ALIVE_MS);
    socket.once(tls === undefined ? "connect" : "secureConnect", () => {
      clearTimeout(late);
      void this.#greet(socket);
    });
    socket.on("data", (chunk) => {
      try {
        for (const frame of reader.read(chunk)) this.#take(frame);
      } catch (error) {
        if (!(error instanceof NoRedis)) throw error;
        socket.destroy(error);
      }
    });
    socket.on("error", (error) => (reason = error));
    socket.once("close", () => {
      clearTimeout(late);
      this.#socket = undefined;
      for (const asked of this.#asked.splice(0)) asked.reject(reason);
      if (this.#isClosed) return;
      const pause = reason instanceof RespError ? REFUSED_RETRY_MS : backoffMs(this.#options, this.#attempts);
      this.#retry = setTimeout(() => this.connect(), pause).unref();
      this.#events.closed(reason);
    });
  }

  /** One after the other. A reply that says no is thrown. */
  ask(...words: readonly (string | number)[]): Promise<Frame> {
    const socket = this.#socket;
    if (socket === undefined || !socket.writable) return Promise.reject(failure("ENOTCONN"));
    return new Promise<Frame>((resolve, reject) => {
      const late = setTimeout(() => socket.destroy(failure("ETIMEDOUT")), this.#options.commandTimeoutMs);
      this.#asked.push({
        resolve: (reply) => {
          clearTimeout(late);
          if (reply instanceof RespError) reject(reply);
          else resolve(reply);
        },
        reject: (error) => {
          clearTimeout(late);
          reject(error);
        },
      });
      late.unref();
      socket.write(encodeCommand(words));
    });
  }

  /** Gives this connection up; another one is tried for. */
  drop(reason: Error): void {
    this.#socket?.destroy(reason);
  }

  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#retry);
    this.#socket?.destroy();
  }

  async #greet(socket: Socket): Promise<void> {
    const { db, username, password } = this.#options;
    const greetings = [
      ...(password === undefined ? [] : [["auth", username ?? "default", password]]),
      ...(db === 0 ? [] : [["select", db]]),
    ];
    try {
      for (const reply of await Promise.all(greetings.map((words) => this.ask(...words))))
        if (reply !== "OK") throw new NoRedis();
    } catch (error) {
      socket.destroy(error as Error);
      return;
    }
    this.#events.ready();
  }

  #take(frame: Frame): void {
    if (Array.isArray(frame) && frame[0] === "message" && frame.length === 3)
      return this.#events.message(frame[2] as Frame);
    if (Array.isArray(frame) && frame[0] === "subscribe") this.#attempts = 0;
    const asked = this.#asked.shift();
    if (asked === undefined) throw new NoRedis();
    asked.resolve(frame);
  }
}

function failure(code: string): NodeJS.ErrnoException {
  return Object.assign(new Error(code), { code });
}
