/** The store under test, what it is compared with, and the rows of its table: of the one process that measures. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { createDatabase, importClients } from "@hivemind/db-core";
import type { ClientDatabase, CreateDatabaseOptions } from "@hivemind/db-core";
import type { BackendPlugin } from "@hivemind/db-core/backend";
import { startRedis } from "../../redis/src/main.ts";
import type { Place } from "../../torture/src/stores/store.ts";
import { openAlternative } from "./alternatives.ts";
import { draft, drafts, recordOf } from "./clients.ts";
import type { Alternative, Contender } from "./contender.ts";
import { jsonFloor } from "./json.ts";
import { figureOf, timeOf } from "./measure.ts";
import { emptied, redisFloor } from "./redis.ts";
import type { Backend, Figure, Row } from "./result.ts";
import { sqliteFloor } from "./sqlite.ts";

/** As many are imported before an import is measured, by hand and by ours. */
export const WARM_UP_CLIENTS = 10_000;
/** Above this a JSON file is filled by hand: an import rewrites it for each batch. */
const MOST_IMPORTED_JSON = 10_000;

export const backend = process.argv[2] as Backend;
export const count = Number(process.argv[3]);
export const rows: Row[] = [];
export const disposing = new AsyncDisposableStack();

const home = mkdtempSync(join(tmpdir(), "hivemind-bench-"));
disposing.defer(async () => rmSync(home, { recursive: true, force: true }));
process.env["XDG_DATA_HOME"] = home;
const server =
  backend === "redis" ? disposing.adopt(await startRedis(), (started) => started.stop()) : undefined;
const file = join(home, "hivemind-core", backend === "json" ? "clients.json" : "clients.db");
const given =
  server === undefined
    ? { name: "clients", subfolder: "hivemind-core" }
    : { host: server.host, port: server.port };
const PLUGINS = {
  json: () => import("@hivemind/db-json"),
  sqlite: () => import("@hivemind/db-sqlite"),
  redis: () => import("@hivemind/db-redis"),
} as const;
const plugin = (await PLUGINS[backend]()).default as BackendPlugin;
const ofPlugin = await parsed(given);

async function parsed(options: object): Promise<unknown> {
  const result = await plugin.options["~standard"].validate(options);
  if (result.issues !== undefined) throw new TypeError("the options are wrong");
  return result.value;
}

export function open(options: CreateDatabaseOptions = {}, place: unknown = ofPlugin): ClientDatabase {
  const db = createDatabase(plugin, place, { create: true, ...options });
  disposing.defer(() => db.close());
  return db;
}

export function add(
  what: string,
  [ours, byHand, instead]: readonly (Figure | undefined)[],
  unit: Row["unit"] = "ns",
): void {
  if (ours === undefined) throw new TypeError(`there is no figure of ours: ${what}`);
  rows.push({ what, unit, ours, floor: byHand, other: instead });
  process.stderr.write(`  ${what}\n`);
}

/** How long an import took for each client, where it was one. */
export const bulk = await fill();
export const floor: Contender =
  server !== undefined
    ? await redisFloor(server.port)
    : backend === "json"
      ? jsonFloor(file, count)
      : sqliteFloor(file);
export const other = alternative("filled");

/** Opened once more, it is the same store. */
export function alternative(which: "filled" | "empty"): Alternative {
  return openAlternative(backend, placeOfAlternative(which));
}

export function placeOfAlternative(which: "filled" | "empty"): string {
  // By itself in a database of the server, or whoever lists would go through all that the others have stored.
  return server === undefined
    ? join(home, `alternative.${which}`)
    : `redis://${server.host}:${server.port}/${which === "filled" ? 1 : 2}`;
}

export function placeOf(): Place {
  const name = `@hivemind/db-${backend}`;
  return { module: import.meta.resolve(name), name, options: given, env: { XDG_DATA_HOME: home } };
}

/** The store with all its clients; how long an import took for each, where it was one. */
async function fill(): Promise<Figure | undefined> {
  if (backend === "json" && count > MOST_IMPORTED_JSON) {
    const db = open();
    await db.open();
    await db.addClient(draft(1));
    await db.close();
    const all = Object.fromEntries(Array.from({ length: count }, (_, i) => [i + 1, recordOf(i + 1)]));
    writeFileSync(file, JSON.stringify(all, undefined, 4));
    return undefined;
  }
  await imported(WARM_UP_CLIENTS);
  if (server === undefined) rmSync(dirname(file), { recursive: true });
  else await emptied(server.port);
  return imported(count);
}

async function imported(clients: number): Promise<Figure> {
  return figureOf([(await importTook(clients)) / clients]);
}

async function importTook(clients: number, place?: unknown): Promise<number> {
  const db = open({}, place);
  await db.open();
  const took = await timeOf(() => importClients(db, drafts(1, clients)));
  await db.close();
  return took;
}

/** The same into another store, which is empty: `round` counts them, from 1. */
export async function importAnewTook(round: number): Promise<number> {
  // A database of the server by itself: the first ones are those of the others.
  const place = server === undefined ? { name: `bulk${round}` } : { db: 2 + round };
  return importTook(count, await parsed({ ...given, ...place }));
}
