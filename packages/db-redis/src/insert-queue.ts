/**
 * Inserts that come at the same time go to the server together: one script makes one after the other, and each
 * hears for itself what became of it. Nobody waits for a call that is under way: an insert is made for the ids above
 * those of the ones that were sent before it.
 */
import { DbError, draftRecords, isDbError } from "@hivemind/db-core/backend";
import type { ClientId, RecordDraft, RecordView, StoredRecord } from "@hivemind/db-core/backend";
import type { Reply } from "./connection.ts";
import type { HighestId } from "./highest-id.ts";
import { insertCall } from "./insert-call.ts";
import type { Knowledge, MadeInsert } from "./insert-call.ts";
import type { Keyspace } from "./keyspace.ts";
import { inSchema } from "./schema-form.ts";
import { INSERT } from "./scripts/insert.ts";
import type { StoreIdentity } from "./store-identity.ts";
import type { Writer } from "./writer.ts";

/** What the script said of an insert that was made for the ids above `highest`. */
export interface Attempt {
  readonly outcome: readonly Reply[];
  readonly records: readonly StoredRecord[];
  readonly highest: ClientId;
  readonly epoch: number;
}

interface Waiting {
  readonly drafts: readonly RecordDraft[];
  readonly token: string;
  readonly known: Knowledge;
  readonly resolve: (attempt: Attempt) => void;
  readonly reject: (error: unknown) => void;
}

interface Made extends MadeInsert {
  readonly from: Waiting;
  readonly highest: ClientId;
  readonly epoch: number;
}

/** Records in one call, but for an insert that has more. While the server is at them, the next ones are made here. */
const AT_ONCE = 16;

export class InsertQueue {
  readonly #writer: Writer;
  readonly #keys: Keyspace;
  readonly #identity: StoreIdentity;
  readonly #highest: HighestId;
  #waiting: Waiting[] = [];
  #records = 0;

  constructor(writer: Writer, keys: Keyspace, identity: StoreIdentity, highest: HighestId) {
    this.#writer = writer;
    this.#keys = keys;
    this.#identity = identity;
    this.#highest = highest;
  }

  send(drafts: readonly RecordDraft[], token: string, known: Knowledge): Promise<Attempt> {
    return new Promise((resolve, reject) => {
      // After everything that this turn does by itself, so that all that it adds can go together.
      if (this.#waiting.length === 0) process.nextTick(() => this.#sendWaiting());
      this.#waiting.push({ drafts, token, known, resolve, reject });
      this.#records += drafts.length;
      // Where replicas have to confirm them, each is confirmed for itself: see `ConfirmedWrites`.
      if (this.#records >= AT_ONCE || this.#writer.confirms) this.#sendWaiting();
    });
  }

  #sendWaiting(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    this.#records = 0;
    if (waiting.length > 0) void this.#call(waiting.flatMap((from) => this.#made(from)));
  }

  /** Not before it is sent: by then the store may be of another schema. */
  #made(from: Waiting): readonly Made[] {
    const { id: highest, epoch } = this.#highest;
    const { drafts, token, known } = from;
    try {
      const records = draftRecords(above(highest), drafts).map((record) =>
        inSchema(this.#identity.schema, record),
      );
      this.#highest.sent(Math.max(...records.map(({ client_id }) => client_id)));
      const isAllocated = drafts.some(({ id }) => id === undefined);
      return [{ from, token, known, records, above: isAllocated ? highest : undefined, highest, epoch }];
    } catch (error) {
      from.reject(error);
      return [];
    }
  }

  /** Never throws: each insert hears for itself. */
  async #call(made: readonly Made[]): Promise<void> {
    if (made.length === 0) return;
    try {
      const { keys, args } = insertCall(this.#keys, this.#identity, made);
      const reply = (await this.#writer.run(INSERT, keys, args)) as readonly Reply[];
      if (reply[0] === "done" && reply[1] !== "") this.#identity.written(reply);
      const outcomes =
        reply[0] === "done" ? (reply[2] as readonly (readonly Reply[])[]) : made.map(() => reply);
      for (const [i, one] of made.entries()) this.#settle(one, outcomes[i] ?? []);
    } catch (error) {
      // A key of another type is in the way of one of them, and nothing has been written.
      if (made.length > 1 && isDbError(error) && error.code === "corrupt") {
        for (const one of made) void this.#call([one]);
        return;
      }
      for (const { from } of made) from.reject(withToken(error, from.token));
    }
  }

  #settle(one: Made, outcome: readonly Reply[]): void {
    const { from, records, highest, epoch } = one;
    if (outcome[0] === "alone") void this.#call([one]);
    else from.resolve({ outcome, records, highest, epoch });
  }
}

/** All that is known here of what is stored; the script knows the rest, and says so. */
function above(highestId: ClientId): RecordView {
  return { highestId, has: () => false, get: () => undefined, find: () => [] };
}

function withToken(error: unknown, token: string): unknown {
  if (!isDbError(error) || error.code !== "unconfirmed") return error;
  return new DbError("unconfirmed", error.message, { cause: error.cause, token });
}
