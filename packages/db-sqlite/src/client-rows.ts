/** Reading `clients` on one connection. */
import { matches, OWN_METADATA, REVOKED_KEY } from "@hivemind/db-core/backend";
import type { ClientId, IndexName, StoredEntry } from "@hivemind/db-core/backend";
import {
  DATA_VERSION_ROW,
  fingerprintCondition,
  highestIn,
  IS_ID,
  IS_NO_ID,
  selectRows,
} from "./client-sql.ts";
import type { Connection, Statement } from "./driver.ts";
import { inOrder } from "./id-order.ts";
import type { Layout } from "./layout.ts";
import { decodeRow } from "./row-codec.ts";
import type { Row } from "./row-codec.ts";

/** Big enough to make few steps, small enough that nothing else waits for it. */
const PAGE = 500;
const KEYS_AT_ONCE = 10;

export class ClientRows {
  readonly #connection: Connection;
  readonly #select: string;
  readonly #hasOwnTables: boolean;
  readonly #byId: Statement;
  readonly #byKey: Statement;
  readonly #byKeyNow: Statement;
  readonly #anyByKey: Statement;
  readonly #byName: Statement;
  readonly #byFingerprint: Statement;
  readonly #page: Statement;

  /** The layout has clients. */
  constructor(connection: Connection, layout: Layout) {
    this.#connection = connection;
    this.#hasOwnTables = layout.hasOwnTables;
    this.#select = selectRows(layout);
    // Tombstones share one key and one name, and there can be many.
    const living = `AND api_key IS NOT '${REVOKED_KEY}'`;
    this.#byId = this.#prepare("WHERE client_id = ?");
    this.#byKey = this.#prepare(`WHERE api_key = ? ${living}`);
    this.#byKeyNow = this.#prepare(`WHERE api_key = ? ${living} UNION ALL ${DATA_VERSION_ROW}`);
    // From the keys to the rows: the other way round would read the whole table.
    this.#anyByKey = connection
      .prepare(
        `SELECT EXISTS (SELECT 1 FROM (VALUES ${Array.from({ length: KEYS_AT_ONCE }, () => "(?)").join(", ")}) CROSS JOIN clients ON api_key = column1 ${living})`,
      )
      .pluck();
    this.#byName = this.#prepare(`WHERE name = ? ${living}`);
    this.#byFingerprint = this.#prepare(`WHERE ${fingerprintCondition(layout)} ${living}`);
    // No other bound: of two lower ones, SQLite may take the other, and go through everything before the page.
    this.#page = this.#prepare(`WHERE client_id > ? ORDER BY client_id LIMIT ${PAGE}`);
  }

  get(id: ClientId): StoredEntry | undefined {
    const row = this.#byId.get(id);
    return row === undefined ? undefined : decodeRow(row as Row);
  }

  /** By ascending id. An ORDER BY would take three times as long as all the rest. */
  find(index: IndexName, value: string): readonly StoredEntry[] {
    return entriesIn(this.#matching(index, value), index, value);
  }

  /** Who has the access key, and the `data_version` that this was read at. */
  findNow(accessKey: string): { readonly entries: readonly StoredEntry[]; readonly dataVersion: unknown } {
    const rows = this.#byKeyNow.all(accessKey) as Row[];
    const dataVersion = rows.pop()?.[0];
    return { entries: entriesIn(rows, "accessKey", accessKey), dataVersion };
  }

  /** Does any living client have one of these? Ten for the price of four. */
  hasAnyKey(accessKeys: ReadonlySet<string>): boolean {
    const keys: (string | null)[] = [...accessKeys];
    // Nobody has the key null.
    while (keys.length % KEYS_AT_ONCE > 0) keys.push(null);
    for (let at = 0; at < keys.length; at += KEYS_AT_ONCE) {
      if (this.#anyByKey.get(...keys.slice(at, at + KEYS_AT_ONCE)) === 1) return true;
    }
    return false;
  }

  /** The next ones in ascending id, from -1 on; empty at the end. Throws `corrupt` where the file has them otherwise. */
  pageAfter(id: ClientId): readonly StoredEntry[] {
    return inOrder(id, decoded(this.#page.all(id)), this.#connection.name);
  }

  /** Rows whose id no client can have. */
  withoutId(): readonly StoredEntry[] {
    // With "+" the order, which a walk through all ids would give for nothing, is no reason for one.
    const outside = this.#prepare(`WHERE ${IS_NO_ID} ORDER BY +client_id`).all();
    // In a table whose id is no INTEGER PRIMARY KEY.
    return decoded([...outside, ...this.#prepare("WHERE client_id IS NULL").all()]);
  }

  count(): number {
    return this.#connection.prepare("SELECT count(*) FROM clients").pluck().get() as number;
  }

  /** Of those that any client has or had: an id in `revoked` is not given again, even if its row is gone. */
  highestId(): ClientId {
    const revoked = this.#hasOwnTables ? `(${highestIn("hivemind_db_revoked")})` : "0";
    const sql = `SELECT max(coalesce((${highestIn("clients")}), 0), coalesce(${revoked}, 0))`;
    return this.#connection.prepare(sql).pluck().get() as number;
  }

  wasRevoked(id: ClientId): boolean {
    if (!this.#hasOwnTables) return false;
    const sql = "SELECT 1 FROM hivemind_db_revoked WHERE client_id = ?";
    return this.#connection.prepare(sql).get(id) !== undefined;
  }

  /** Revoked, and written back by a program that did not know. */
  resurrected(): readonly ClientId[] {
    return this.#ids(
      `clients WHERE api_key IS NOT '${REVOKED_KEY}' AND client_id IN (SELECT client_id FROM hivemind_db_revoked)`,
    );
  }

  /** Tombstones that nothing keeps from coming back. */
  unrecordedTombstones(): readonly ClientId[] {
    return this.#ids(
      `clients WHERE api_key = '${REVOKED_KEY}' AND client_id NOT IN (SELECT client_id FROM hivemind_db_revoked)`,
    );
  }

  /** Not yet in the index of fingerprints, or not readable. */
  unindexed(): readonly ClientId[] {
    return this.#ids("hivemind_db_unindexed");
  }

  indexedFingerprints(): readonly (readonly [sha256: string, id: ClientId])[] {
    const sql = "SELECT sha256, client_id FROM hivemind_db_fingerprints";
    return this.#connection.prepare(sql).raw().all() as [string, ClientId][];
  }

  /** All that may hold a certificate. */
  withCertificates(): readonly StoredEntry[] {
    const condition = `instr(coalesce(metadata, ''), '${OWN_METADATA}') > 0 AND ${IS_ID}`;
    return decoded(this.#prepare(`WHERE ${condition}`).all());
  }

  #ids(from: string): readonly ClientId[] {
    return this.#connection
      .prepare(`SELECT client_id FROM ${from} ORDER BY client_id`)
      .pluck()
      .all() as ClientId[];
  }

  #prepare(condition: string): Statement {
    return this.#connection.prepare(`${this.#select} ${condition}`).raw();
  }

  #matching(index: IndexName, value: string): readonly unknown[] {
    if (index === "accessKey") return value === REVOKED_KEY ? [] : this.#byKey.all(value);
    if (index === "name") return this.#byName.all(value);
    return this.#byFingerprint.all(value, JSON.stringify(value));
  }
}

function decoded(rows: readonly unknown[]): readonly StoredEntry[] {
  return rows.map((row) => decodeRow(row as Row));
}

function entriesIn(rows: readonly unknown[], index: IndexName, value: string): readonly StoredEntry[] {
  const entries: StoredEntry[] = [];
  for (const row of rows) {
    const entry = decodeRow(row as Row);
    if (matches(entry, index, value)) entries.push(entry);
  }
  return entries.length < 2 ? entries : entries.toSorted((a, b) => (a.id ?? Infinity) - (b.id ?? Infinity));
}
