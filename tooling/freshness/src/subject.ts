/** A store, a node on it, and another process that revokes. */
import { createDatabase } from "@hivemind/db-core";
import type { ClientDatabase, CreateDatabaseOptions } from "@hivemind/db-core";
import type { Backend, BackendPlugin } from "@hivemind/db-core/backend";
import { startRedis } from "../../redis/src/main.ts";
import type { RedisServer } from "../../redis/src/main.ts";
import { jsonStore, sqliteStore } from "../../torture/src/stores/files.ts";
import type { Place } from "../../torture/src/stores/store.ts";
import { netProxy } from "../../test-support/src/net-proxy.ts";
import type { NetProxy } from "../../test-support/src/net-proxy.ts";
import { Revoker } from "./revoker.ts";

export type Kind = "json" | "sqlite" | "redis";
export const KINDS: readonly Kind[] = ["json", "sqlite", "redis"];

export interface Subject extends AsyncDisposable {
  readonly node: ClientDatabase;
  readonly revoker: Revoker;
  readonly place: Place;
  readonly boundMs: number;
  /** Between the node and its server, where there is one. */
  readonly proxy: NetProxy | undefined;
  readonly server: RedisServer | undefined;
}

/** Short, so that a test can wait for its end. */
export const LEASE_MS = 250;
export const COMMAND_TIMEOUT_MS = 500;

/** `over` may break the node's backend, never the revoker's. */
export async function subject(
  kind: Kind,
  over: (backend: Backend) => Backend = (same) => same,
  given: CreateDatabaseOptions = {},
): Promise<Subject> {
  await using disposing = new AsyncDisposableStack();
  const { place, nodeOptions, proxy, server } = await placeOf(kind, disposing);
  const revoker = disposing.adopt(await Revoker.start(place), (started) => started.stop());
  const { default: plugin } = (await import(place.module)) as { readonly default: BackendPlugin };
  const node = await nodeOn(plugin, { ...place, options: nodeOptions }, over, given);
  disposing.defer(() => node.close());
  const kept = disposing.move();
  const boundMs = node.info().guarantees.freshWithinMs ?? Number.POSITIVE_INFINITY;
  return {
    node,
    revoker,
    place,
    boundMs,
    proxy,
    server,
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}

async function placeOf(kind: Kind, disposing: AsyncDisposableStack) {
  if (kind !== "redis") {
    const store = await (kind === "json" ? jsonStore() : sqliteStore());
    disposing.defer(() => store.dispose());
    return { place: store.place, nodeOptions: store.place.options, proxy: undefined, server: undefined };
  }
  const server = disposing.adopt(await startRedis(), (started) => started.stop());
  const proxy = disposing.adopt(await netProxy(server), (started) => started.close());
  const name = "@hivemind/db-redis";
  const { host, port } = server;
  const options = { host, lease_ms: LEASE_MS, command_timeout_ms: COMMAND_TIMEOUT_MS, retry_attempts: 1 };
  const place: Place = { module: import.meta.resolve(name), name, options: { ...options, port }, env: {} };
  return { place, nodeOptions: { ...options, port: proxy.port }, proxy, server };
}

async function nodeOn(
  plugin: BackendPlugin,
  { options: given, env }: Place,
  over: (backend: Backend) => Backend,
  databaseOptions: CreateDatabaseOptions,
): Promise<ClientDatabase> {
  const parsed = await plugin.options["~standard"].validate(given);
  if (parsed.issues !== undefined) throw new TypeError(parsed.issues.map(({ message }) => message).join());
  const broken: BackendPlugin = {
    ...plugin,
    open: async (options, host) => over(await plugin.open(options, host)),
  };
  const db = createDatabase(broken, parsed.value, { create: true, ...databaseOptions });
  // A backend finds its folder at once, so that tests of several stores can run at the same time.
  Object.assign(process.env, env);
  await db.open();
  return db;
}
