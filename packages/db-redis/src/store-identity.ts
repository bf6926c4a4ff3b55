/** Which store this is, and of which schema: seen with every answer, and checked with every write. */
import { randomUUID } from "node:crypto";
import { DbError, SCHEMA } from "@hivemind/db-core/backend";
import type { Argument, Connection, Reply } from "./connection.ts";
import type { Keyspace } from "./keyspace.ts";

/** The schema_version while a conversion fills a namespace: unknown to every program, so each refuses it. */
export const CONVERTING = "999999999";

export class StoreIdentity {
  readonly #connection: Connection;
  readonly #keys: Keyspace;
  readonly #fresh = randomUUID();
  #storeId: string | undefined;
  #schemaVersion = "";
  /** No program has made anything here: the first write says which schema it has. */
  #isNew = false;
  /** Looks for a record: set where Python hubs alone have been at work, and left no id to know the store by. */
  #findRecord: (() => Promise<boolean>) | undefined;

  constructor(connection: Connection, keys: Keyspace) {
    this.#connection = connection;
    this.#keys = keys;
  }

  get storeId(): string | undefined {
    return this.#storeId;
  }

  /** Of the data as it was last looked at. Absent is 1, but in a store that has just been made. */
  get schema(): 1 | 2 {
    return this.#isNew || this.#schemaVersion === String(SCHEMA) ? 2 : 1;
  }

  /** The keys that every write begins with. */
  get keys(): readonly string[] {
    return [this.#keys.meta, this.#keys.schemaVersion];
  }

  /** The arguments that every write begins with. */
  get args(): readonly Argument[] {
    return [this.#storeId ?? "", this.#fresh, this.#schemaVersion, this.#isNew ? String(SCHEMA) : ""];
  }

  /** Looks now. `missing-store` where the store that was seen is gone. */
  async look(): Promise<void> {
    const expected = this.#storeId;
    const [storeId, schemaVersion] = await Promise.all([
      this.#connection.read("hget", this.#keys.meta, "store_id"),
      this.#connection.read("get", this.#keys.schemaVersion),
    ]);
    this.see(storeId, expected);
    this.#see(schemaVersion);
    await this.confirm();
  }

  setForeign(findRecord: () => Promise<boolean>): void {
    this.#findRecord = findRecord;
  }

  /**
   * Is a store without an id still there? Asked where an answer is empty: of an emptied server it means
   * nothing. Cheap where a hub has written what it always does.
   */
  async confirm(): Promise<void> {
    if (this.#storeId !== undefined || this.#findRecord === undefined) return;
    const { count, schemaVersion, accessKeyRecords } = this.#keys;
    for (const key of [count, schemaVersion, accessKeyRecords])
      if ((await this.#connection.read("exists", key)) === 1) return;
    if (!(await this.#findRecord())) throw this.#missing();
  }

  /** Nothing is there at all: the first write makes a store of the newest schema. */
  setNew(isNew: boolean): void {
    this.#isNew = isNew;
  }

  get isNew(): boolean {
    return this.#isNew;
  }

  /** No writer of ours and no schema-2 hub has been here. */
  get isUnmarked(): boolean {
    return this.#storeId === undefined && this.#schemaVersion === "";
  }

  /**
   * The store's id as an answer carries it, "" for none. An answer of another store is none. `expected` is
   * the id that was known when the question was sent: the first write can come in between.
   */
  see(reply: Reply | undefined, expected: string | undefined): void {
    const storeId = typeof reply === "string" && reply !== "" ? reply : undefined;
    if (expected !== undefined && storeId !== expected) throw this.#missing();
    this.#storeId ??= storeId;
  }

  /** What a write answered where it did nothing; `true`: try again with what has been seen now. */
  seeRefusal(reply: readonly Reply[]): boolean {
    const [what, schemaVersion] = reply;
    if (what === "missing") throw this.#missing();
    if (what !== "schema") return false;
    this.#see(schemaVersion ?? "");
    return true;
  }

  /** A write has gone through, and answers which id the store has: another writer can have been the first. */
  written([, storeId]: readonly Reply[]): void {
    this.#storeId ??= String(storeId);
    if (this.#isNew && this.#schemaVersion === "") this.#schemaVersion = String(SCHEMA);
    this.#isNew = false;
  }

  #see(reply: Reply): void {
    const version = typeof reply === "string" ? reply : "";
    if (version === CONVERTING) {
      throw new DbError(
        "locked",
        `the store in redis at ${this.#connection.location} is being filled by a conversion that has not ended: repeat \`hivemind-db convert\` with the config of the old one`,
      );
    }
    if (version !== "" && !/^[12]$/.test(version)) {
      throw new DbError(
        "newer-schema",
        `the store in redis at ${this.#connection.location} has a schema_version that this release does not know; use a newer one`,
      );
    }
    // Nobody takes a version away, but who empties a server.
    const isGone = version === "" && this.#schemaVersion !== "";
    if (isGone && this.#storeId === undefined && this.#findRecord !== undefined) throw this.#missing();
    this.#schemaVersion = version;
    if (version !== "") this.#isNew = false;
  }

  #missing(): DbError {
    return new DbError(
      "missing-store",
      `the store in redis at ${this.#connection.location} is gone: the server was emptied, or is another one. Restore it, then open the database again`,
    );
  }
}
