/**
 * Reading: each answer says of which store it is, and is of one moment, but where the keys are with several nodes of a
 * cluster and are read one by one: see `split-reads.ts`.
 * Over 200 lines: all kinds of reads, which share the check that an answer is of one store.
 */
import { isUtf8 } from "node:buffer";
import { matches, pages, REVOKED_KEY, sameJson } from "@hivemind/db-core/backend";
import type { ClientId, IndexName, StoredEntry } from "@hivemind/db-core/backend";
import { attempts } from "./attempts.ts";
import { claimedId } from "./claimed-id.ts";
import type { Connection, Reply, Sent } from "./connection.ts";
import type { Keyspace } from "./keyspace.ts";
import { keyPages } from "./key-pages.ts";
import { orInSteps } from "./or-in-steps.ts";
import { namelessEntry, readRecord } from "./read-record.ts";
import type { ReadRecord } from "./read-record.ts";
import { recordNames } from "./record-names.ts";
import { scan, scanAll } from "./scan.ts";
import { FIND, READ, RECORDS_AT_ONCE } from "./scripts/read.ts";
import type { SeenTexts } from "./seen-texts.ts";
import { readSplit } from "./split-reads.ts";
import type { StoreIdentity } from "./store-identity.ts";

/** Looked up in one script. While the server is at the next ones, what these have found is decoded here. */
const SETS_AT_ONCE = 16;

const NONE: ReadonlySet<string> = new Set();

/** Of each record its name, its text, and 1 where it is revoked, one after the other. */
export type Told = readonly Reply[];

export class RecordReader {
  readonly #connection: Connection;
  readonly #keys: Keyspace;
  readonly #identity: StoreIdentity;
  readonly #seen: SeenTexts;

  constructor(connection: Connection, keys: Keyspace, identity: StoreIdentity, seen: SeenTexts) {
    this.#connection = connection;
    this.#keys = keys;
    this.#identity = identity;
    this.#seen = seen;
  }

  /** All over a cluster: no script can read several keys. */
  get #isSplit(): boolean {
    return this.#connection.topology === "cluster" && !this.#keys.isTagged;
  }

  async get(ids: readonly ClientId[]): Promise<Map<ClientId, StoredEntry>> {
    const found = await this.read([...new Set(ids)].map(String), true);
    return new Map([...found].map(([id, { entry }]) => [Number(id), entry]));
  }

  /**
   * By what their keys end in, which is not always an id. `isKept`: who asks may answer by it later, and has to hear of
   * what changes in it.
   */
  async read(names: readonly string[], isKept = false): Promise<Map<string, ReadRecord>> {
    const found = await this.peek(names, isKept);
    if (found.size === 0 && names.length > 0) await this.#identity.confirm();
    return found;
  }

  /** Without asking whether the store is still there: for whoever is finding that out. */
  async peek(names: readonly string[], isKept = false): Promise<Map<string, ReadRecord>> {
    const found = new Map<string, ReadRecord>();
    for (let start = 0; start < names.length; start += RECORDS_AT_ONCE) {
      const some = names.slice(start, start + RECORDS_AT_ONCE);
      const keys = [this.#keys.meta, this.#keys.revoked, ...some.map((name) => this.#keys.client(name))];
      const expected = this.#identity.storeId;
      const oneByOne = () => readSplit(this.#connection, this.#keys, some);
      const [storeId, told] = this.#isSplit
        ? await oneByOne()
        : await orInSteps(
            "reads",
            async (sent) => (await this.#connection.run(READ, keys, some, sent)) as [Reply, Told],
            oneByOne,
          );
      this.#identity.see(storeId, expected);
      for (const record of this.#readAll(told, await this.#garbled([told]), isKept))
        found.set(record.name, record);
    }
    return found;
  }

  /** The record that a script has told of with its answer. */
  async told(told: Told): Promise<ReadRecord | undefined> {
    return this.#readAll(told, await this.#garbled([told]), true)[0];
  }

  find(index: IndexName, values: readonly string[]): Promise<Map<string, readonly StoredEntry[]>> {
    const wanted = [...new Set(values)].filter((value) => index !== "accessKey" || value !== REVOKED_KEY);
    const isAsked = wanted.length > 0;
    if (this.#isSplit && isAsked) return this.#findInAll(index, wanted);
    return orInSteps(
      "reads",
      (sent) => this.#findTogether(index, wanted, sent),
      () => this.#findInSteps(index, wanted),
    );
  }

  async #findTogether(
    index: IndexName,
    values: readonly string[],
    sent: Sent,
  ): Promise<Map<string, readonly StoredEntry[]>> {
    const matched = new Map<string, readonly StoredEntry[]>();
    const calls: Promise<void>[] = [];
    for (let start = 0; start < values.length; start += SETS_AT_ONCE)
      calls.push(this.#findSome(index, values.slice(start, start + SETS_AT_ONCE), sent, matched));
    // Nearly always it is one, and to wait for all of one takes 2 µs more.
    await (calls.length === 1 ? calls[0] : Promise.all(calls));
    if (matched.size === 0 && values.length > 0) await this.#identity.confirm();
    return matched;
  }

  async #findSome(
    index: IndexName,
    values: readonly string[],
    sent: Sent,
    matched: Map<string, readonly StoredEntry[]>,
  ): Promise<void> {
    for (let wanted = values; wanted.length > 0;) {
      const later: string[] = [];
      const keys = [this.#keys.meta, this.#keys.revoked, this.#keys.accessKeyRecords];
      for (const value of wanted) keys.push(this.#set(index, value));
      const args = [this.#keys.client(""), ...(index === "accessKey" ? wanted : [])];
      const expected = this.#identity.storeId;
      const reply = await this.#connection.run(FIND, keys, args, sent);
      const [storeId, found] = reply as [Reply, readonly (Told | number | null)[]];
      this.#identity.see(storeId, expected);
      const garbled = await this.#garbled(found.filter((told) => Array.isArray(told)));
      for (const [i, value] of wanted.entries()) {
        const told = found[i] ?? null;
        if (told === null) {
          later.push(value);
          continue;
        }
        const read =
          typeof told === "number"
            ? await this.#readMembers(this.#set(index, value))
            : this.#readAll(told, garbled, true);
        const entries = matching(read, index, value);
        if (entries.length > 0) matched.set(value, entries);
      }
      wanted = later;
    }
  }

  /** While the keys are with two nodes: through the sets all the same, each of which is with one of them. */
  async #findInSteps(
    index: IndexName,
    wanted: readonly string[],
  ): Promise<Map<string, readonly StoredEntry[]>> {
    const matched = new Map<string, readonly StoredEntry[]>();
    for (const value of wanted) {
      // Whose key was changed in between may be in the set that was read too early, or too late.
      const entries = await attempts(
        async () => {
          const names = await this.#namesIn(index, value);
          const found = matching([...(await this.read(names, true)).values()], index, value);
          return sameJson(names, await this.#namesIn(index, value)) ? found : "again";
        },
        this.#connection.location,
        "who has what was looked up was changed again and again while it was read",
      );
      if (entries.length > 0) matched.set(value, entries);
    }
    // Also where nothing was read: an emptied server must not look like a store without clients.
    await this.#identity.look();
    return matched;
  }

  /** Whose records to look at for a value. */
  async #namesIn(index: IndexName, value: string): Promise<readonly string[]> {
    const members = (await this.#connection.read("smembers", this.#set(index, value))) as readonly string[];
    if (members.length > 0 || index !== "accessKey") return members.toSorted();
    const copy = await this.#connection.read("hget", this.#keys.accessKeyRecords, value);
    const id = typeof copy === "string" ? claimedId(copy) : undefined;
    return id === undefined ? [] : [String(id)];
  }

  /** Without a hash tag there are no sets that lead to records. */
  async #findInAll(
    index: IndexName,
    wanted: readonly string[],
  ): Promise<Map<string, readonly StoredEntry[]>> {
    const matched = new Map<string, readonly StoredEntry[]>();
    const names = await this.names();
    for (let start = 0; start < names.length; start += RECORDS_AT_ONCE) {
      const read = [...(await this.read(names.slice(start, start + RECORDS_AT_ONCE), true)).values()];
      for (const value of wanted) {
        const entries = [...(matched.get(value) ?? []), ...matching(read, index, value)];
        if (entries.length > 0) matched.set(value, entries);
      }
    }
    if (names.length === 0) await this.#identity.confirm();
    return matched;
  }

  async *list(): AsyncGenerator<readonly StoredEntry[]> {
    const names = yield* recordNames(this.#scanPages(this.#keys.pattern("client")), this.#keys);
    // Also where there is nothing to list: an emptied server must not look like a store without clients.
    await this.#identity.look();
    yield* pages(names, async (some) => {
      const found = await this.read(some);
      return new Map(
        some.flatMap((name) => {
          const entry = found.get(name)?.entry ?? namelessEntry(name);
          return entry === undefined ? [] : [[name, entry]];
        }),
      );
    });
  }

  /** What the keys of all records end in: ascending ids, and then what is no id. */
  async names(): Promise<readonly string[]> {
    const search = recordNames(this.#scanPages(this.#keys.pattern("client")), this.#keys);
    for (;;) {
      const { done, value } = await search.next();
      if (done === true) return value;
    }
  }

  /** Every key that matches and exists throughout, some of them more than once. */
  async *scan(pattern: string): AsyncGenerator<string> {
    for await (const page of this.#scanPages(pattern)) yield* page;
  }

  #scanPages(pattern: string): AsyncGenerator<readonly string[]> {
    return (this.#keys.isTagged ? scan : scanAll)(this.#connection, pattern);
  }

  /** Pages of a set's members: all that were in it throughout, some of them more than once. */
  members(set: string): AsyncGenerator<readonly string[]> {
    return keyPages(this.#connection, "sscan", set, RECORDS_AT_ONCE);
  }

  /** What a set leads to that is too long for one script: everything without a name, for one. */
  async #readMembers(set: string): Promise<readonly ReadRecord[]> {
    const found = new Map<string, ReadRecord>();
    for await (const names of this.members(set))
      for (const [name, record] of await this.read(names, true)) found.set(name, record);
    return [...found.values()];
  }

  #readAll(told: Told, garbled: ReadonlySet<string>, isKept: boolean): readonly ReadRecord[] {
    const read: ReadRecord[] = [];
    for (let at = 0; at < told.length; at += 3) {
      const name = told[at] as string;
      const record = readRecord(name, told[at + 1], told[at + 2] === 1, garbled.has(name));
      if (record === undefined) continue;
      if (isKept && record.entry.id !== undefined) this.#seen.remember(record.entry.id, record.text);
      read.push(record);
    }
    return read;
  }

  /** Those whose bytes are no UTF-8: the driver has put U+FFFD in their place, so the text is not what is stored. */
  #garbled(lists: readonly Told[]): ReadonlySet<string> | Promise<ReadonlySet<string>> {
    const suspects: string[] = [];
    for (const told of lists)
      for (let at = 0; at < told.length; at += 3)
        if ((told[at + 1] as string).includes("\uFFFD")) suspects.push(told[at] as string);
    return suspects.length === 0 ? NONE : this.#garbledOf(suspects);
  }

  async #garbledOf(suspects: readonly string[]): Promise<ReadonlySet<string>> {
    const garbled = new Set<string>();
    for (const name of suspects)
      if (!isUtf8(await this.#connection.bytes(this.#keys.client(name)))) garbled.add(name);
    return garbled;
  }

  #set(index: IndexName, value: string): string {
    if (index === "name") return this.#keys.name(value);
    return index === "accessKey" ? this.#keys.accessKey(value) : this.#keys.fingerprint(value);
  }
}

function matching(records: readonly ReadRecord[], index: IndexName, value: string): readonly StoredEntry[] {
  const matched = records.map(({ entry }) => entry).filter((entry) => matches(entry, index, value));
  return matched.length < 2 ? matched : matched.toSorted((a, b) => rank(a.id) - rank(b.id));
}

/** What has no id comes last. */
function rank(id: ClientId | undefined): number {
  return id ?? Number.MAX_SAFE_INTEGER;
}
