/** The tables that one transaction works on: as they were found, until its first write makes them what we write. */
import type { MigrationReport } from "@hivemind/db-core/backend";
import type { ClientWrites } from "./client-writes.ts";
import type { Connection } from "./driver.ts";
import { readLayout } from "./layout.ts";
import { tablesOf } from "./tables.ts";
import type { Tables } from "./tables.ts";
import { upgradeStore } from "./upgrade-store.ts";

export interface TransactionHost {
  readonly path: string;
  /** Keeps the file as it was before this transaction, and answers where. */
  backUp(): string;
}

export class TransactionTables {
  readonly #connection: Connection;
  readonly #host: TransactionHost;
  #tables: Tables;
  #report: MigrationReport | undefined;

  constructor(connection: Connection, tables: Tables, host: TransactionHost) {
    this.#connection = connection;
    this.#tables = tables;
    this.#host = host;
  }

  get now(): Tables {
    return this.#tables;
  }

  /** What was done to a store of schema 1. */
  get report(): MigrationReport | undefined {
    return this.#report;
  }

  /** What the store lacks to be written has been made. */
  makeReady(): ClientWrites {
    const { path } = this.#host;
    if (this.#tables.writes === undefined) {
      this.#report = upgradeStore(this.#connection, this.#tables.layout, path, () => this.#host.backUp());
      this.#tables = tablesOf(this.#connection, readLayout(this.#connection, path));
    }
    const { writes } = this.#tables;
    if (writes === undefined) throw new TypeError(`the tables in ${path} are not what was just made`);
    return writes;
  }
}
