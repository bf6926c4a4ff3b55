/**
 * Writes that count only when replicas have them. A write and the WAIT behind it go to the master's socket in one
 * piece: on another socket WAIT is about other writes, and after a reconnect about none. The server runs nothing
 * more for a connection that waits, so these have one of their own, and what comes meanwhile goes together as the
 * next group, with one WAIT for all of it.
 */
import { DbError } from "@hivemind/db-core/backend";
import { afterFailure, failure } from "./after-failure.ts";
import type { Argument, Command, Connection, Reply, Sent } from "./connection.ts";
import type { Durability } from "./options.ts";
import type { Shape } from "./reply-shape.ts";
import type { Script } from "./script.ts";
import { isReply, NotSent } from "./server-link.ts";

interface Write {
  readonly key: string;
  readonly command: Command;
  readonly shape: Shape;
  readonly sent: Sent;
  readonly resolve: (reply: Reply) => void;
  readonly reject: (error: unknown) => void;
}

const AT_ONCE = 64;
const WRITES = { writes: true } as const;
/** What a script answers that has written, or whose write was found to be there. */
const WRITTEN = new Set<unknown>(["ok", "made"]);

export class ConfirmedWrites {
  readonly #connection: Connection;
  readonly #durability: Durability;
  readonly #waiting: Write[] = [];
  #isBusy = false;

  /** The connection is for this alone. */
  constructor(connection: Connection, durability: Durability) {
    this.#connection = connection;
    this.#durability = durability;
  }

  /** May this user wait at all? Asked before the first write: afterwards it would be too late to refuse. */
  async check(): Promise<void> {
    await this.#connection.read("wait", 0, 0);
  }

  /** As `Connection.run`; `unconfirmed` where too few replicas have it in time. */
  run(script: Script, keys: readonly string[], args: readonly Argument[], sent: Sent = {}): Promise<Reply> {
    return new Promise((resolve, reject) => {
      // As text each time: a hash that the server does not know would be found out behind the WAIT.
      const command: Command = ["eval", script.text, keys.length, ...keys, ...args];
      this.#waiting.push({ key: keys[0] ?? "", command, shape: script.shape, sent, resolve, reject });
      if (!this.#isBusy) void this.#work();
    });
  }

  close(): Promise<void> {
    return this.#connection.close();
  }

  async #work(): Promise<void> {
    this.#isBusy = true;
    while (this.#waiting.length > 0) await this.#group(this.#waiting.splice(0, AT_ONCE));
    this.#isBusy = false;
  }

  /** Never throws: each write hears for itself. */
  async #group(writes: readonly Write[]): Promise<void> {
    const [first] = writes;
    if (first !== undefined && writes.length === 1) return this.#alone(first);
    try {
      const { link, session } = await this.#connection.master();
      const shaped = { ...WRITES, shapes: writes.map(({ shape }) => shape) };
      const sending = session === undefined ? shaped : { ...shaped, session };
      const commands = [...writes.map(({ command }) => command), this.#wait];
      const replies = await link.sendTogether(commands, sending);
      const confirmed = replies.at(-1) ?? null;
      const elsewhere: Write[] = [];
      for (const [i, write] of writes.entries()) {
        const reply = replies[i] ?? null;
        if (isReply(reply) && afterFailure(reply, this.#connection.topology, WRITES) !== "fail")
          elsewhere.push(write);
        else this.#settle(write, reply, confirmed);
      }
      await Promise.all(elsewhere.map((write) => this.#alone(write)));
    } catch (error) {
      // Nothing of it was sent: the connection knows better where to.
      if (error instanceof NotSent) await Promise.all(writes.map((write) => this.#alone(write)));
      else for (const { reject } of writes) reject(error);
    }
  }

  async #alone(write: Write): Promise<void> {
    try {
      const replies = await this.#connection.together(write.key, [write.command, this.#wait], {
        ...WRITES,
        ...write.sent,
        shapes: [write.shape],
      });
      this.#settle(write, replies[0] ?? null, replies[1] ?? null);
    } catch (error) {
      write.reject(error);
    }
  }

  get #wait(): Command {
    return ["wait", this.#durability.replicas, this.#durability.timeoutMs];
  }

  #settle({ resolve, reject }: Write, reply: Reply | Error, confirmed: Reply | Error): void {
    if (isReply(reply)) return reject(failure(reply, this.#connection.location, WRITES));
    if (!hasWritten(reply) || Number(confirmed) >= this.#durability.replicas) return resolve(reply);
    reject(this.#unconfirmed(typeof confirmed === "number" ? confirmed : 0));
  }

  #unconfirmed(confirmed: number): DbError {
    const { replicas, timeoutMs } = this.#durability;
    return new DbError(
      "unconfirmed",
      `redis at ${this.#connection.location} has made the write, but only ${confirmed} of ${replicas} replicas have confirmed it within ${timeoutMs} ms: a failover may lose it. Look after the replicas, then repeat it (an insert with its token) until it is confirmed`,
    );
  }
}

/** Of a script that has made several, what it says of each. */
function hasWritten(reply: Reply): boolean {
  if (!Array.isArray(reply)) return false;
  return WRITTEN.has(reply[0]) || (reply[0] === "done" && (reply[2] as readonly Reply[]).some(hasWritten));
}
