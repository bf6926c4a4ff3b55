import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { Backend, BackendPlugin } from "../../src/backend/contract.ts";
import type { ClientDatabase } from "../../src/database/client-database.ts";
import { createDatabase } from "../../src/database/create-database.ts";
import type { CreateDatabaseOptions } from "../../src/database/create-database.ts";
import { DbError } from "../../src/errors.ts";
import memory, { MemoryStore } from "../../src/memory/plugin.ts";
import type { MemoryOptions } from "../../src/memory/plugin.ts";
import type { Notice } from "../../src/notice.ts";
import { openDatabase } from "../../src/registry/open-database.ts";

const CLIENTS = 3;

/** A node with three clients, and what reaches the store of its touches. */
async function nodeOf(options: CreateDatabaseOptions = {}, hint?: number) {
  const written: (readonly (readonly [number, number])[])[] = [];
  const notices: Notice[] = [];
  const state = { isDown: false, held: Promise.resolve(), attempts: 0 };
  const touch = async (backend: Backend, seen: ReadonlyMap<number, number>): Promise<void> => {
    state.attempts += 1;
    if (state.isDown) throw new DbError("unreachable", "the store is gone");
    await state.held;
    written.push([...seen]);
    await backend.touch(seen);
  };
  const plugin: BackendPlugin<MemoryOptions> = {
    ...memory,
    ...(hint === undefined ? {} : { lastSeenIntervalMs: hint }),
    open: async (given, host) => {
      const backend = await memory.open(given, host);
      return { ...backend, touch: (seen) => touch(backend, seen) };
    },
  };
  const store = new MemoryStore();
  const db = createDatabase(
    plugin,
    { store },
    { create: true, onNotice: (notice) => notices.push(notice), ...options },
  );
  await db.open();
  await db.addClients(Array.from({ length: CLIENTS }, () => ({})));
  return { db, written, notices, state, store, plugin };
}

const lastSeenIn = (store: MemoryStore, id: number): unknown =>
  (JSON.parse(store.records.get(id) ?? "{}") as { last_seen?: unknown }).last_seen;

beforeEach(() => vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] }));
afterEach(() => vi.useRealTimers());

describe("touches are collected", () => {
  test("many of a client become one write, of the latest time", async () => {
    const { db, written } = await nodeOf();

    for (const at of [5, 9, 7]) await db.touch(1, at);
    await db.touch(2, 1);
    expect(written).toEqual([]);
    await vi.advanceTimersByTimeAsync(1000);

    expect(written).toEqual([
      [
        [1, 9],
        [2, 1],
      ],
    ]);
    await db.close();
  });

  test("this handle reads them before they are written, and no tombstone is touched", async () => {
    const { db, written } = await nodeOf();
    await db.revokeClient(2);

    await db.touch(1, 1000);
    await db.touch(2, 1000);

    expect((await db.getClient(1))?.lastSeen).toBe(1000);
    expect((await db.findByName("HiveMind-Node-1"))[0]?.lastSeen).toBe(1000);
    expect((await db.getClient(2))?.lastSeen).toBe(null);
    const listed = [];
    for await (const client of db.listClients()) listed.push(client.lastSeen);
    expect(listed).toEqual([1000, null, null]);
    expect(written).toEqual([]);
    await db.close();
  });

  test("flush and close write what is waiting, and a closed database takes none", async () => {
    const { db, store } = await nodeOf();
    await db.touch(1, 1000);
    await db.flush();
    expect(lastSeenIn(store, 1)).toBe(1000);

    await db.touch(2, 2000);
    await db.close();

    expect(lastSeenIn(store, 2)).toBe(2000);
    await expect(db.touch(3, 1)).rejects.toMatchObject({ code: "closed" });
    await expect(db.flush()).rejects.toMatchObject({ code: "closed" });
  });

  test("a flush is published", async () => {
    const { db } = await nodeOf();
    const heard: unknown[] = [];
    const on = (message: unknown): void => void heard.push(message);
    subscribe("hivemind-db:last-seen.flush", on);
    await db.touch(1, 1000);
    await db.flush();
    unsubscribe("hivemind-db:last-seen.flush", on);

    expect(heard).toEqual([{ backend: memory.name, clients: 1, milliseconds: expect.any(Number), ok: true }]);
    await db.close();
  });
});

describe("a store that fails", () => {
  test("costs no touch, and one notice until it is back", async () => {
    const { db, written, notices, state } = await nodeOf();
    state.isDown = true;
    await db.touch(1, 1000);
    await vi.advanceTimersByTimeAsync(1000);
    await db.touch(1, 999);
    await db.touch(2, 2000);
    await vi.advanceTimersByTimeAsync(3000);
    await expect(db.flush()).rejects.toMatchObject({ code: "unreachable" });
    expect(notices.map(({ code }) => code)).toEqual(["last-seen-unwritten"]);

    state.isDown = false;
    await vi.advanceTimersByTimeAsync(1000);

    expect(written).toEqual([
      [
        [1, 1000],
        [2, 2000],
      ],
    ]);
    await db.close();
    expect(notices).toHaveLength(1);
  });

  test("does not keep the database open, and says what is lost", async () => {
    const { db, notices, state } = await nodeOf();
    state.isDown = true;
    await db.touch(1, 1000);

    await db.close();

    expect(db.lifecycle).toBe("closed");
    expect(notices[0]?.message).toBe("when 1 clients were last seen is lost: the store is gone");
  });
});

test("a flush that is under way when the database is closed leaves nothing behind for the next opening", async () => {
  const { db, notices, state } = await nodeOf();
  const { promise, reject } = Promise.withResolvers<void>();
  state.held = promise;
  await db.touch(1, 1000);
  await vi.advanceTimersByTimeAsync(1000);

  const closing = db.close();
  reject(new DbError("unreachable", "the store is gone"));
  await closing;
  await vi.advanceTimersByTimeAsync(5000);
  expect(notices.map(({ message }) => message)).toEqual([
    "when 1 clients were last seen is lost: the store is gone",
  ]);

  await db.open();
  await db.touch(1, 2000);
  await vi.advanceTimersByTimeAsync(1000);
  expect(notices.slice(1).map(({ message }) => message)).toEqual([
    "when 1 clients were last seen waits to be written: the store is gone",
  ]);
  await db.close();
});

test("a store that refuses at once is not asked with every touch, however many are waiting", async () => {
  const { db, state } = await nodeOf();
  state.isDown = true;
  for (let id = 1; id <= 100_500; id += 1) await db.touch(id, id);
  expect(state.attempts).toBe(1);

  await vi.advanceTimersByTimeAsync(3000);
  expect(state.attempts).toBe(4);
  await db.close();
});

async function firstWriteAfter(node: { db: ClientDatabase; written: readonly unknown[] }): Promise<number> {
  await node.db.touch(1, 1000);
  let waited = 0;
  for (; node.written.length === 0 && waited < 100_000; waited += 500) await vi.advanceTimersByTimeAsync(500);
  await node.db.close();
  return waited;
}

test("a store that does not answer holds up no touch and gathers no more than is bounded: the oldest are let go", async () => {
  const { db, written, state } = await nodeOf();
  const { promise, resolve } = Promise.withResolvers<void>();
  state.held = promise;
  for (let id = 1; id <= 250_000; id += 1) await db.touch(id, id);
  resolve();
  await db.close();
  const ids = new Set(written.flat().map(([id]) => id));
  // Those on the way when it stopped, and as many that came last.
  expect(ids.size).toBe(200_000);
  expect([1, 100_000, 150_001, 250_000].every((id) => ids.has(id))).toBe(true);
  expect([100_001, 150_000].some((id) => ids.has(id))).toBe(false);
});

describe("the interval", () => {
  test("0 writes before the touch resolves", async () => {
    const { db, store } = await nodeOf({ lastSeenIntervalMs: 0 });
    await db.touch(1, 1000);
    expect(lastSeenIn(store, 1)).toBe(1000);
    await db.close();
  });

  test("is a second, or what the backend asks for, or what is given", async () => {
    expect(await firstWriteAfter(await nodeOf())).toBe(1000);
    expect(await firstWriteAfter(await nodeOf({}, 60_000))).toBe(60_000);
    expect(await firstWriteAfter(await nodeOf({ lastSeenIntervalMs: 5000 }, 60_000))).toBe(5000);
    expect(() => createDatabase(memory, {}, { lastSeenIntervalMs: -1 })).toThrow(TypeError);
  });

  test("comes from last_seen_update_interval of the config, in seconds", async () => {
    const { plugin, written } = await nodeOf();
    const config = { database: { module: plugin.name }, last_seen_update_interval: 7 };
    const db = await openDatabase(config, { create: true, plugins: [plugin] });
    await db.addClient();
    expect(await firstWriteAfter({ db, written })).toBe(7000);

    const wrong = { ...config, last_seen_update_interval: "soon" };
    await expect(openDatabase(wrong, { plugins: [plugin] })).rejects.toMatchObject({
      code: "invalid",
    });
  });
});
