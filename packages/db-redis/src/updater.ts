/** Changing a record: written only over the text that it was made from. */
import {
  applyChange,
  isTombstone,
  sameJson,
  stringifyJson,
  unreadableError,
} from "@hivemind/db-core/backend";
import type { ClientId, RecordChange, StoredRecord } from "@hivemind/db-core/backend";
import { attempts } from "./attempts.ts";
import { refuseClashes } from "./clashes.ts";
import type { Harmless } from "./clashes.ts";
import type { Reply, Sent } from "./connection.ts";
import type { Keyspace } from "./keyspace.ts";
import { orInSteps } from "./or-in-steps.ts";
import { recordKeys } from "./record-keys.ts";
import { claimedRecord } from "./read-record.ts";
import type { RecordReader, Told } from "./record-reader.ts";
import { inSchema } from "./schema-form.ts";
import { CHANGE } from "./scripts/change.ts";
import { orUnconfirmed } from "./steps.ts";
import type { Progress, Steps } from "./steps.ts";
import type { StoreIdentity } from "./store-identity.ts";
import type { Writer } from "./writer.ts";

/** A record as it is stored, and what takes its place. */
export interface Replacement {
  readonly id: ClientId;
  readonly text: string;
  /** `undefined`: it cannot be read, or is not what its text says. */
  readonly before: StoredRecord | undefined;
  readonly next: StoredRecord;
}

/** Or what the record is by now, where the server has told; nothing was written then. */
type Outcome = "replaced" | Told;

export class Updater {
  readonly #writer: Writer;
  readonly #location: string;
  readonly #keys: Keyspace;
  readonly #identity: StoreIdentity;
  readonly #reader: RecordReader;
  readonly #steps: Steps;

  constructor(
    writer: Writer,
    location: string,
    keys: Keyspace,
    identity: StoreIdentity,
    reader: RecordReader,
    steps: Steps,
  ) {
    this.#writer = writer;
    this.#location = location;
    this.#keys = keys;
    this.#identity = identity;
    this.#reader = reader;
    this.#steps = steps;
  }

  async update(id: ClientId, change: RecordChange): Promise<StoredRecord | undefined> {
    const progress: Progress = { hasBegun: false };
    return orUnconfirmed(progress, () => this.#update(id, change, progress));
  }

  #update(id: ClientId, change: RecordChange, progress: Progress): Promise<StoredRecord | undefined> {
    let told: Told = [];
    return attempts(async () => {
      // Whoever has lost a race knows already what it lost to.
      const found =
        (await this.#reader.told(told)) ?? (await this.#reader.read([String(id)])).get(String(id));
      told = [];
      if (found === undefined) return undefined;
      const { text, entry, resurrected } = found;
      if (resurrected && entry.record !== undefined) {
        // Written back from a stale copy. It ends here for Python hubs too, whatever the change wants.
        const stale = { id, text, before: claimedRecord(id, text), next: entry.record };
        await this.#attempt(stale, progress);
        return "again";
      }
      if (entry.record === undefined) throw unreadableError(entry);
      const changed = applyChange(entry.record, change);
      const next = changed && inSchema(this.#identity.schema, changed, entry.record);
      if (next === undefined || sameJson(next, entry.record)) {
        return (await this.#writer.confirm(this.#keys.client(id), text)) ? entry.record : "again";
      }
      const outcome = await this.#attempt({ id, text, before: entry.record, next }, progress);
      if (outcome === "replaced") return next;
      told = outcome;
      return told.length > 0 ? "at once" : "again";
    }, this.#location);
  }

  /** `false`: the record is another by now, and nothing was written. */
  async replace(replacement: Replacement): Promise<boolean> {
    const progress: Progress = { hasBegun: false };
    return orUnconfirmed(progress, async () => (await this.#attempt(replacement, progress)) === "replaced");
  }

  async #attempt(replacement: Replacement, progress: Progress): Promise<Outcome> {
    if (!isTombstone(replacement.next)) return this.#inOneStep(replacement, {});
    const { id, text, before, next } = replacement;
    return orInSteps(
      "writes",
      (sent) => this.#inOneStep(replacement, sent),
      async () => {
        const revocation = { id, text, before, next: stringifyJson(next) };
        return (await this.#steps.revoke(revocation, progress)) ? "replaced" : [];
      },
    );
  }

  #inOneStep(replacement: Replacement, sent: Sent): Promise<Outcome> {
    const harmless: Harmless = new Map();
    return attempts<Outcome>(async () => {
      const { keys, args, unique } = this.#call(replacement);
      const sending = this.#writer.run(CHANGE, keys, [...args, ...[...harmless].flat()], sent);
      const reply = (await sending) as readonly Reply[];
      if (this.#identity.seeRefusal(reply)) return [];
      if (reply[0] === "changed") return reply.slice(1);
      if (reply[0] === "ok") {
        this.#identity.written(reply);
        return "replaced";
      }
      refuseClashes(reply, unique, harmless);
      return "again";
    }, this.#location);
  }

  #call({ id, text, before, next }: Replacement) {
    const now = recordKeys(this.#keys, next);
    const old = before === undefined ? undefined : recordKeys(this.#keys, before);
    // What the record had already is not looked at again: an ambiguous client can still be mended.
    const unique = now.uniqueSets.filter(({ key }) => !(old?.sets.includes(key) ?? false));
    const leave = (old?.sets ?? []).filter((key) => !now.sets.includes(key));
    const keys = [
      ...this.#identity.keys,
      this.#keys.revoked,
      this.#keys.accessKeyRecords,
      this.#keys.client(id),
      this.#keys.index(id),
      ...unique.map(({ key }) => key),
      ...leave,
      ...now.sets,
    ];
    const args = [
      ...this.#identity.args,
      this.#keys.client(""),
      id,
      text,
      stringifyJson(next),
      next.api_key,
      now.name,
      isTombstone(next) ? "1" : "",
      before?.api_key ?? next.api_key,
      unique.length,
      leave.length,
      now.sets.length,
    ];
    return { keys, args, unique };
  }
}
