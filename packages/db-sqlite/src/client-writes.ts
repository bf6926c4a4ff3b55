/** Writing `clients` and what is derived from it, on a store whose tables are complete. */
import { DbError, indexValues, OWN_METADATA } from "@hivemind/db-core/backend";
import type { ClientId, StoredRecord } from "@hivemind/db-core/backend";
import type { ClientRows } from "./client-rows.ts";
import { NULL_NAMES, WRITTEN_NAMES } from "./columns.ts";
import type { Connection, Statement } from "./driver.ts";
import { asStored, encodeChange, encodeRecord, isJsonColumn } from "./row-codec.ts";

/** How many rows that a hub has changed one commit of ours looks into: nobody shall wait for more. */
const DERIVED_AT_ONCE = 100;
/** By one statement: what SQLite does once for each, as to read and write the last `seq`, takes a third of an insert. */
const INSERTED_AT_ONCE = 10;

export class ClientWrites {
  readonly #rows: ClientRows;
  readonly #insert: Statement;
  readonly #insertSome: Statement;
  readonly #update: Statement;
  readonly #touch: Statement;
  readonly #unmark: Statement;
  readonly #marked: Statement;
  readonly #markUnreadable: Statement;
  readonly #clear: Statement;
  readonly #derive: Statement;

  constructor(connection: Connection, rows: ClientRows) {
    const insert = (count: number): Statement => {
      // In the text of the statement: to hand over three nulls for each row takes a tenth of an insert.
      const row = `(${[...WRITTEN_NAMES.map(() => "?"), ...NULL_NAMES.map(() => "NULL")].join(", ")})`;
      const values = Array.from({ length: count }, () => row).join(", ");
      const names = [...WRITTEN_NAMES, ...NULL_NAMES].join(", ");
      return connection.prepare(`INSERT INTO clients (${names}) VALUES ${values}`);
    };
    const sets = [
      ...WRITTEN_NAMES.slice(1).map((name) =>
        isJsonColumn(name) ? `${name} = coalesce(?, ${name})` : `${name} = ?`,
      ),
      ...NULL_NAMES.map((name) => `${name} = NULL`),
    ].join(", ");
    this.#rows = rows;
    this.#insert = insert(1);
    this.#insertSome = insert(INSERTED_AT_ONCE);
    this.#update = connection.prepare(`UPDATE clients SET ${sets} WHERE client_id = ?`);
    this.#touch = connection.prepare("UPDATE clients SET last_seen = ? WHERE client_id = ?");
    this.#unmark = connection.prepare("DELETE FROM hivemind_db_unindexed WHERE client_id = ?");
    this.#marked = connection
      .prepare(`SELECT client_id FROM hivemind_db_unindexed WHERE unreadable = 0 LIMIT ${DERIVED_AT_ONCE}`)
      .pluck();
    this.#markUnreadable = connection.prepare(
      "UPDATE hivemind_db_unindexed SET unreadable = 1 WHERE client_id = ?",
    );
    this.#clear = connection.prepare("DELETE FROM hivemind_db_fingerprints WHERE client_id = ?");
    this.#derive = connection.prepare(
      "INSERT INTO hivemind_db_fingerprints (sha256, client_id) VALUES (?, ?)",
    );
  }

  /** New clients, as they are stored. */
  insert(stored: readonly StoredRecord[]): void {
    let at = 0;
    for (; at + INSERTED_AT_ONCE <= stored.length; at += INSERTED_AT_ONCE)
      this.#insertRows(this.#insertSome, stored.slice(at, at + INSERTED_AT_ONCE));
    for (; at < stored.length; at += 1) this.#insertRows(this.#insert, stored.slice(at, at + 1));
  }

  #insertRows(insert: Statement, stored: readonly StoredRecord[]): void {
    const rows = stored.map(encodeRecord);
    refuseIgnored(insert.run(...rows.flat()), stored);
    // Of a new client nothing but its metadata can have been marked.
    stored.forEach((record, i) => {
      if (String(rows[i]?.at(-1)).includes(OWN_METADATA)) this.#index(record);
    });
  }

  /** Answers the record as it is stored. */
  update(now: StoredRecord, next: StoredRecord): StoredRecord {
    const stored = asStored(next);
    refuseIgnored(this.#update.run(...encodeChange(now, stored).slice(1), stored.client_id), [stored]);
    this.#index(stored);
    return stored;
  }

  /** Whatever the row holds. */
  overwrite(record: StoredRecord): void {
    const stored = asStored(record);
    const [id, ...values] = encodeRecord(stored);
    this.#update.run(...values, id ?? null);
    this.#index(stored);
  }

  touch(id: ClientId, seconds: number): void {
    this.#touch.run(seconds, id);
  }

  /** Brings the index of fingerprints up to what hubs have written. */
  indexMarked(): void {
    for (const id of this.#marked.all() as ClientId[]) {
      const entry = this.#rows.get(id);
      if (entry !== undefined && entry.record === undefined) this.#markUnreadable.run(id);
      else this.indexAnew(id, entry?.record);
    }
  }

  indexAnew(id: ClientId, record: StoredRecord | undefined): void {
    this.#unmark.run(id);
    this.#clear.run(id);
    const fingerprints = record === undefined ? [] : indexValues(record, "fingerprint");
    for (const sha256 of new Set(fingerprints)) this.#derive.run(sha256, id);
  }

  /** The triggers have marked the client if its certificates may be others now. */
  #index(record: StoredRecord): void {
    if (this.#unmark.run(record.client_id).changes > 0) this.indexAnew(record.client_id, record);
  }
}

/** Triggers can drop a row without a word, ours do. Nobody shall be told that it was written. */
function refuseIgnored({ changes }: { readonly changes: number }, records: readonly StoredRecord[]): void {
  if (changes === records.length) return;
  const clientIds = records.map(({ client_id }) => client_id);
  const whom =
    clientIds.length === 1 ? `client ${clientIds[0]}` : `some of the clients ${clientIds.join(", ")}`;
  throw new DbError("corrupt", `a trigger in the store drops what is written to ${whom}: run a verify`, {
    clientIds,
  });
}
