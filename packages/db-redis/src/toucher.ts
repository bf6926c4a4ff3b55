/** Last seen: forward only, over the text as it was read, and told to the feeds as what it is. */
import { stringifyJson, touched } from "@hivemind/db-core/backend";
import type { ClientId, StoredRecord } from "@hivemind/db-core/backend";
import { attempts } from "./attempts.ts";
import type { Connection, Reply } from "./connection.ts";
import type { Keyspace } from "./keyspace.ts";
import { orInSteps } from "./or-in-steps.ts";
import type { RecordReader } from "./record-reader.ts";
import { TOUCH } from "./scripts/change.ts";
import type { Steps } from "./steps.ts";
import type { StoreIdentity } from "./store-identity.ts";

/** In one script, which holds up everybody else meanwhile. */
const AT_ONCE = 200;

interface Touch {
  readonly id: ClientId;
  readonly text: string;
  readonly next: StoredRecord;
}

export class Toucher {
  readonly #connection: Connection;
  readonly #keys: Keyspace;
  readonly #identity: StoreIdentity;
  readonly #reader: RecordReader;
  readonly #steps: Steps;

  constructor(
    connection: Connection,
    keys: Keyspace,
    identity: StoreIdentity,
    reader: RecordReader,
    steps: Steps,
  ) {
    this.#connection = connection;
    this.#keys = keys;
    this.#identity = identity;
    this.#reader = reader;
    this.#steps = steps;
  }

  async touch(seen: ReadonlyMap<ClientId, number>): Promise<void> {
    const all = [...seen];
    for (let start = 0; start < all.length; start += AT_ONCE) {
      let left: ReadonlyMap<ClientId, number> = new Map(all.slice(start, start + AT_ONCE));
      await attempts(async () => {
        left = await this.#attempt(left);
        return left.size === 0 ? undefined : "again";
      }, this.#connection.location);
    }
  }

  /** Answers those whose record was changed meanwhile. */
  async #attempt(seen: ReadonlyMap<ClientId, number>): Promise<ReadonlyMap<ClientId, number>> {
    const found = await this.#reader.read([...seen.keys()].map(String));
    const touches = [...found].flatMap(([name, { text, entry }]) => {
      const id = Number(name);
      const next = entry.record && touched(entry.record, seen.get(id) ?? -1);
      return next === undefined ? [] : [{ id, text, next }];
    });
    if (touches.length === 0) return new Map();
    const keys = [
      ...this.#identity.keys,
      this.#keys.revoked,
      this.#keys.accessKeyRecords,
      ...touches.flatMap(({ id }) => [this.#keys.client(id), this.#keys.touched(id)]),
    ];
    const args = touches.flatMap(({ id, text, next }) => [id, text, stringifyJson(next), next.api_key]);
    const reply = await orInSteps(
      "writes",
      async (sent) =>
        (await this.#connection.run(
          TOUCH,
          keys,
          [...this.#identity.args, ...args],
          sent,
        )) as readonly Reply[],
      () => this.#inSteps(touches),
    );
    if (this.#identity.seeRefusal(reply)) return seen;
    const again = new Set(reply.slice(1).map(Number));
    return new Map([...seen].filter(([id]) => again.has(id)));
  }

  /** Answers as the script does. */
  async #inSteps(touches: readonly Touch[]): Promise<readonly Reply[]> {
    const again = touches.map(async ({ id, text, next }) =>
      (await this.#steps.touch(id, text, next)) ? [] : [id],
    );
    return ["ok", ...(await Promise.all(again)).flat()];
  }
}
