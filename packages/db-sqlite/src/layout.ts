/** What stands in a file: which schema, which tables, and whether ours are complete. */
import { DbError, SCHEMA } from "@hivemind/db-core/backend";
import { COLUMN_NAMES } from "./columns.ts";
import type { Connection } from "./driver.ts";
import { OWN_LAYOUT, OWN_META, OWN_TABLES, OWN_WATCHERS } from "./own-schema.ts";

export interface Layout {
  readonly schema: 1 | 2;
  readonly hasClients: boolean;
  /** Absent in early schema-1 files. */
  readonly hasMetadata: boolean;
  readonly hasOwnTables: boolean;
  /** Our triggers and indexes are as we made them: every change by anyone is in the log. */
  readonly isWatched: boolean;
  /** They are there, and as an earlier release made them. */
  readonly isOlder: boolean;
  readonly storeId: string | undefined;
}

/** Of a store that is not there yet. */
export const NO_LAYOUT: Layout = {
  schema: SCHEMA,
  hasClients: false,
  hasMetadata: false,
  hasOwnTables: false,
  isWatched: false,
  isOlder: false,
  storeId: undefined,
};

/** Throws `newer-schema`, and `corrupt` where the file is some other program's. */
export function readLayout(connection: Connection, path: string): Layout {
  const version = connection.prepare("PRAGMA user_version").pluck().get() as number;
  if (version > SCHEMA) throw newer(`${path} has schema ${version}, this release knows ${SCHEMA}`);
  const found = new Map(
    connection.prepare("SELECT name, sql FROM sqlite_schema").raw().all() as [string, string | null][],
  );
  const columns = columnsOfClients(connection, found, path);
  const hasOwnTables = OWN_TABLES.every(({ name }) => found.has(name));
  const meta = found.has(OWN_META) ? readMeta(connection) : new Map<string, string>();
  const layout = Number(meta.get("layout") ?? OWN_LAYOUT);
  if (layout > OWN_LAYOUT) throw newer(`${path} was written by a later release of ours (layout ${layout})`);
  refusePart(found, path);
  return {
    schema: columns === undefined || version === SCHEMA ? SCHEMA : 1,
    hasClients: columns !== undefined,
    hasMetadata: columns?.has("metadata") ?? false,
    hasOwnTables,
    isWatched: hasOwnTables && OWN_WATCHERS.every(({ name, sql }) => found.get(name) === sql),
    isOlder: hasOwnTables && layout < OWN_LAYOUT && OWN_WATCHERS.every(({ name }) => found.has(name)),
    storeId: meta.get("store_id"),
  };
}

/** They are made together. With one gone, a revoked client or what a node remembers would read as unknown. */
function refusePart(found: ReadonlyMap<string, unknown>, path: string): void {
  const lacking = OWN_TABLES.map(({ name }) => name).filter((name) => !found.has(name));
  if (lacking.length === 0 || lacking.length === OWN_TABLES.length) return;
  throw new DbError("corrupt", `${path} lacks tables of ours (${lacking.join(", ")}): restore a backup`);
}

/** `undefined` in an empty database. */
function columnsOfClients(
  connection: Connection,
  found: ReadonlyMap<string, string | null>,
  path: string,
): ReadonlySet<string> | undefined {
  if (!found.has("clients")) {
    if ([...found.keys()].every((name) => name.startsWith("sqlite_"))) return undefined;
    throw new DbError("corrupt", `${path} has no table clients: it is another program's database`);
  }
  const names = connection.prepare("SELECT name FROM pragma_table_info('clients')").pluck().all() as string[];
  const columns = new Set(names);
  const lacking = COLUMN_NAMES.filter((name) => name !== "metadata" && !columns.has(name));
  if (lacking.length === 0) return columns;
  throw new DbError("corrupt", `the table clients in ${path} lacks the columns ${lacking.join(", ")}`);
}

function readMeta(connection: Connection): ReadonlyMap<string, string> {
  const rows = connection.prepare("SELECT key, value FROM hivemind_db_meta").raw().all();
  return new Map(rows as [string, string][]);
}

function newer(what: string): DbError {
  return new DbError("newer-schema", `${what}: update @hivemind/db-sqlite`);
}
