/**
 * Writes that count only when replicas have them. A write and the WAIT behind it go to the master's socket in one
 * piece: on another socket WAIT is about other writes, and after a reconnect about none. The server runs nothing
 * more for a connection that waits, so these have connections of their own: one while replicas answer, since what
 * comes meanwhile goes together as the next group, with one WAIT for all of it; and some more while they do not, so that
 * no write waits for another one's replicas, and a change is sent while what it was made from is still so.
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
const MOST_CONNECTIONS = 8;
const WRITES = { writes: true } as const;
/** What a script answers that has written, or whose write was found to be there. */
const WRITTEN = new Set<unknown>(["ok", "made"]);

export class ConfirmedWrites {
  readonly #durability: Durability;
  readonly #open: () => Connection;
  readonly #connections: Connection[] = [];
  readonly #idle: Connection[] = [];
  #waiting: Write[] = [];
  #isClosed = false;
  /** Takes the next connection, unless one that is at work is free before. */
  #patience: NodeJS.Timeout | undefined;

  /** `open`: a connection that is for this alone. */
  constructor(open: () => Connection, durability: Durability) {
    this.#open = open;
    this.#durability = durability;
    this.#idle.push(this.#another());
  }

  /** May this user wait at all? Asked before the first write: afterwards it would be too late to refuse. */
  async check(): Promise<void> {
    await this.#connections[0]?.read("wait", 0, 0);
  }

  /** As `Connection.run`; `unconfirmed` where too few replicas have it in time. */
  run(script: Script, keys: readonly string[], args: readonly Argument[], sent: Sent = {}): Promise<Reply> {
    return new Promise((resolve, reject) => {
      // As text each time: a hash that the server does not know would be found out behind the WAIT.
      const command: Command = ["eval", script.text, keys.length, ...keys, ...args];
      // After everything that this turn does by itself, so that all that it writes goes together.
      if (this.#waiting.length === 0) process.nextTick(() => this.#send());
      this.#waiting.push({ key: keys[0] ?? "", command, shape: script.shape, sent, resolve, reject });
    });
  }

  get #isWorking(): boolean {
    return this.#idle.length < this.#connections.length;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#patience);
    await Promise.all(this.#connections.map((connection) => connection.close()));
  }

  #another(): Connection {
    const connection = this.#open();
    this.#connections.push(connection);
    return connection;
  }

  #send(): void {
    if (this.#waiting.length === 0) {
      clearTimeout(this.#patience);
      this.#patience = undefined;
      return;
    }
    const first = this.#isWorking ? undefined : this.#idle.pop();
    if (first !== undefined) return void this.#work(first);
    // Those that are at work take it with what they take next.
    const isLast = this.#idle.length === 0 && this.#connections.length === MOST_CONNECTIONS;
    if (isLast || this.#isClosed) return;
    this.#patience ??= setTimeout(() => {
      this.#patience = undefined;
      if (this.#waiting.length > 0) void this.#work(this.#idle.pop() ?? this.#another());
    }, this.#durability.timeoutMs / MOST_CONNECTIONS);
  }

  async #work(connection: Connection): Promise<void> {
    while (this.#waiting.length > 0) {
      const group = this.#waiting.slice(0, AT_ONCE);
      this.#waiting = this.#waiting.slice(AT_ONCE);
      // More than one takes.
      this.#send();
      await this.#group(connection, group);
    }
    this.#idle.push(connection);
  }

  /** Never throws: each write hears for itself. */
  async #group(connection: Connection, writes: readonly Write[]): Promise<void> {
    const [first] = writes;
    if (first !== undefined && writes.length === 1) return this.#alone(connection, first);
    const way = await connection.master().catch(() => undefined);
    // Nothing of it was sent: the connection knows better where to, and what to say.
    if (way === undefined) return this.#eachAlone(connection, writes);
    try {
      const { link, session } = way;
      const shaped = { ...WRITES, shapes: writes.map(({ shape }) => shape) };
      const sending = session === undefined ? shaped : { ...shaped, session };
      const commands = [...writes.map(({ command }) => command), this.#wait];
      const replies = await link.sendTogether(commands, sending);
      const confirmed = replies.at(-1) ?? null;
      const elsewhere: Write[] = [];
      for (const [i, write] of writes.entries()) {
        const reply = replies[i] ?? null;
        if (isReply(reply) && afterFailure(reply, connection.topology, WRITES) !== "fail")
          elsewhere.push(write);
        else this.#settle(connection, write, reply, confirmed);
      }
      await this.#eachAlone(connection, elsewhere);
    } catch (error) {
      if (error instanceof NotSent) await this.#eachAlone(connection, writes);
      else for (const { reject } of writes) reject(error);
    }
  }

  async #eachAlone(connection: Connection, writes: readonly Write[]): Promise<void> {
    await Promise.all(writes.map((write) => this.#alone(connection, write)));
  }

  async #alone(connection: Connection, write: Write): Promise<void> {
    try {
      const replies = await connection.together(write.key, [write.command, this.#wait], {
        ...WRITES,
        ...write.sent,
        shapes: [write.shape],
      });
      this.#settle(connection, write, replies[0] ?? null, replies[1] ?? null);
    } catch (error) {
      write.reject(error);
    }
  }

  get #wait(): Command {
    return ["wait", this.#durability.replicas, this.#durability.timeoutMs];
  }

  #settle(
    connection: Connection,
    { resolve, reject }: Write,
    reply: Reply | Error,
    confirmed: Reply | Error,
  ): void {
    if (isReply(reply)) return reject(failure(reply, connection, WRITES));
    if (!hasWritten(reply) || Number(confirmed) >= this.#durability.replicas) return resolve(reply);
    reject(this.#unconfirmed(connection.location, typeof confirmed === "number" ? confirmed : 0));
  }

  #unconfirmed(location: string, confirmed: number): DbError {
    const { replicas, timeoutMs } = this.#durability;
    return new DbError(
      "unconfirmed",
      `redis at ${location} has made the write, but only ${confirmed} of ${replicas} replicas have confirmed it within ${timeoutMs} ms: a failover may lose it. Look after the replicas, then repeat it (an insert with its token) until it is confirmed`,
    );
  }
}

/** Of a script that has made several, what it says of each. */
function hasWritten(reply: Reply): boolean {
  if (!Array.isArray(reply)) return false;
  return WRITTEN.has(reply[0]) || (reply[0] === "done" && (reply[2] as readonly Reply[]).some(hasWritten));
}
