/** Where writes that are promised to somebody go: as durable as the options ask for. */
import type { ConfirmedWrites } from "./confirmed-writes.ts";
import type { Argument, Connection, Reply, Sent } from "./connection.ts";
import type { Keyspace } from "./keyspace.ts";
import type { Script } from "./script.ts";
import { CONFIRM } from "./scripts/store.ts";
import type { StoreIdentity } from "./store-identity.ts";

export class Writer {
  readonly #connection: Connection;
  readonly #keys: Keyspace;
  readonly #identity: StoreIdentity;
  readonly #confirmed: ConfirmedWrites | undefined;

  /** `confirmed`: absent where the master's word is enough. */
  constructor(
    connection: Connection,
    keys: Keyspace,
    identity: StoreIdentity,
    confirmed: ConfirmedWrites | undefined,
  ) {
    this.#connection = connection;
    this.#keys = keys;
    this.#identity = identity;
    this.#confirmed = confirmed;
  }

  /** Replicas have to have a write before it is acknowledged. */
  get confirms(): boolean {
    return this.#confirmed !== undefined;
  }

  async check(): Promise<void> {
    await this.#confirmed?.check();
  }

  run(script: Script, keys: readonly string[], args: readonly Argument[], sent: Sent = {}): Promise<Reply> {
    return (this.#confirmed ?? this.#connection).run(script, keys, args, sent);
  }

  /**
   * What was found there needs no write, and may be the work of one that replicas have not confirmed. `false`: it is
   * another by now. `field`: in a hash.
   */
  async confirm(key: string, text: string | undefined, field?: string): Promise<boolean> {
    if (this.#confirmed === undefined) return true;
    const reply = (await this.#confirmed.run(
      CONFIRM,
      [...this.#identity.keys, this.#keys.confirmed, key],
      [
        ...this.#identity.args,
        field === undefined ? "" : "1",
        field ?? "",
        text === undefined ? "" : "1",
        text ?? "",
      ],
    )) as readonly Reply[];
    return !this.#identity.seeRefusal(reply) && reply[0] === "ok";
  }

  async close(): Promise<void> {
    await this.#confirmed?.close();
  }
}
