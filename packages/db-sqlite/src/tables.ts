/** What a transaction reads and writes with, for the tables that are there. */
import type { Connection } from "./driver.ts";
import { ClientRows } from "./client-rows.ts";
import { ClientWrites } from "./client-writes.ts";
import { SCHEMA } from "@hivemind/db-core/backend";
import type { Layout } from "./layout.ts";
import { StateRows } from "./state-rows.ts";

export interface Tables {
  readonly layout: Layout;
  readonly clients: ClientRows | undefined;
  readonly state: StateRows | undefined;
  /** `undefined` until the store is as we write it. */
  readonly writes: ClientWrites | undefined;
}

export function tablesOf(connection: Connection, layout: Layout): Tables {
  const clients = layout.hasClients ? new ClientRows(connection, layout) : undefined;
  const isReady = layout.schema === SCHEMA && layout.hasMetadata && layout.isWatched;
  return {
    layout,
    clients,
    state: layout.hasOwnTables ? new StateRows(connection) : undefined,
    writes: clients !== undefined && isReady ? new ClientWrites(connection, clients) : undefined,
  };
}
