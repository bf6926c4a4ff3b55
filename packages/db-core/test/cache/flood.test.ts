/** Wrong keys in such numbers that not all of them can be kept: all clients are listed, once. */
import { EventEmitter, once } from "node:events";
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from "vitest";
import type { Backend, StoredEntry } from "../../src/backend/contract.ts";
import { CredentialFilter } from "../../src/cache/credential-filter.ts";
import { NearCache } from "../../src/cache/near-cache.ts";
import { HALL, KITCHEN } from "../../src/conformance/seeds/certificates.ts";
import type { ClientDatabase } from "../../src/database/client-database.ts";
import { DbError } from "../../src/errors.ts";
import { MemoryStore } from "../../src/memory/plugin.ts";
import { openOver, unbounded, warmUp, withProof } from "./open-over.ts";
import type { Asked } from "./open-over.ts";

const KEPT = 3;
const FEW = { cache: { maxMisses: KEPT, missTtlMs: 1e9 } };
const UNKNOWN = { allowed: false, reason: "unknown-key" };

const listed = new EventEmitter();
const tell = (message: unknown): void => void listed.emit("flood", message);
beforeEach(() => subscribe("hivemind-db:cache.flood", tell));
afterEach(() => void unsubscribe("hivemind-db:cache.flood", tell));

let last = 0;
async function wrongKeys(db: ClientDatabase, count: number): Promise<void> {
  for (let i = 0; i < count; i += 1)
    expect(await db.authenticate({ accessKey: `wrong ${(last += 1)}` })).toMatchObject(UNKNOWN);
}

/** More than are kept, until what comes of it is done. */
async function flood(db: ClientDatabase, asked: Asked): Promise<{ ok: boolean }> {
  const told = once(listed, "flood");
  await wrongKeys(db, KEPT + 1);
  const [message] = (await told) as [{ ok: boolean }];
  asked.finds.length = 0;
  return message;
}

/** A list whose first page waits. */
function heldList(): {
  readonly begun: Promise<void>;
  readonly goOn: () => void;
  readonly replace: (backend: Backend) => Pick<Backend, "list">;
} {
  const begun = Promise.withResolvers<void>();
  const mayGoOn = Promise.withResolvers<void>();
  const replace = (backend: Backend) => ({
    list: async function* (): AsyncGenerator<readonly StoredEntry[]> {
      for await (const page of backend.list()) {
        begun.resolve();
        await mayGoOn.promise;
        yield page;
      }
    },
  });
  return { begun: begun.promise, goOn: () => mayGoOn.resolve(), replace };
}

describe("wrong keys, each another one", () => {
  test("do not go to the store once there are more than are kept, and whoever has a key comes in", async () => {
    const { db, asked } = await openOver(undefined, FEW);
    await db.addClients([{ accessKey: "a" }, { accessKey: "b" }]);
    await warmUp(db, asked);
    const told = once(listed, "flood");
    await wrongKeys(db, KEPT);
    expect(asked.lists).toBe(0);

    await wrongKeys(db, 1);

    expect(await told).toEqual([{ backend: db.plugin.name, milliseconds: expect.any(Number), ok: true }]);
    expect(asked.lists).toBe(1);
    asked.finds.length = 0;
    await wrongKeys(db, 1000);
    expect(await db.authenticate({ accessKey: "b" })).toMatchObject({ allowed: true, client: { id: 2 } });
    expect(await db.authenticate({ accessKey: "" })).toMatchObject({ reason: "reserved-key" });
    expect(asked).toMatchObject({ finds: [["b"]], lists: 1 });
  });

  test("are no flood while their time is up before there are too many", async () => {
    const { db, asked } = await openOver(undefined, { cache: { maxMisses: KEPT, missTtlMs: 0 } });
    await db.addClient({ accessKey: "a" });
    await warmUp(db, asked);

    await wrongKeys(db, 10 * KEPT);

    expect(asked.finds).toHaveLength(10 * KEPT);
    expect(asked.lists).toBe(0);
  });

  test("go to the store where none is to be kept", async () => {
    const { db, asked } = await openOver(undefined, { cache: { maxMisses: 0 } });
    await warmUp(db, asked);

    await wrongKeys(db, 10);

    expect(asked).toMatchObject({ lists: 0 });
    expect(asked.finds).toHaveLength(10);
  });

  test.each([
    ["nothing bounds how old an answer is", unbounded],
    ["nothing is proven", withProof(() => 0)],
  ])("go to the store where %s, and are no reason to list anybody", async (_, replace) => {
    const { db, asked } = await openOver(replace, FEW);
    await warmUp(db, asked);

    await wrongKeys(db, 10);

    expect(asked).toMatchObject({ lists: 0 });
    expect(asked.finds).toHaveLength(10);
  });

  test("go to the store where a record that nobody can read may have the key", async () => {
    const store = new MemoryStore();
    const { db, asked } = await openOver(undefined, FEW, store);
    await db.addClients([{ accessKey: "a" }, { accessKey: "b" }]);
    store.records.set(2, `{"api_key": "b", `);
    await warmUp(db, asked);

    expect(await flood(db, asked)).toMatchObject({ ok: false });

    await expect(db.authenticate({ accessKey: "b" })).rejects.toMatchObject({ code: "corrupt" });
    await wrongKeys(db, 2);
    expect(asked.finds).toHaveLength(3);
  });

  test("go to the store, and are its errors, without a proof", async () => {
    let [isProven, isThere] = [true, true];
    const { db, asked } = await openOver(
      (backend) => ({
        find: async (index, values) => {
          if (isThere) return backend.find(index, values);
          throw new DbError("unreachable", "gone");
        },
        ...withProof(() => (isProven ? performance.now() : 0))(backend),
      }),
      FEW,
    );
    await warmUp(db, asked);
    await flood(db, asked);

    [isProven, isThere] = [false, false];
    await new Promise((resolve) => setImmediate(resolve));
    await expect(db.authenticate({ accessKey: "wrong" })).rejects.toMatchObject({ code: "unreachable" });
  });

  test("go to the store where the list breaks off: half of it is not all clients", async () => {
    const { db, asked } = await openOver(
      (backend) => ({
        list: async function* () {
          for await (const [first] of backend.list()) if (first !== undefined) yield [first];
          throw new DbError("unreachable", "gone");
        },
      }),
      FEW,
    );
    await db.addClients([{ accessKey: "a" }, { accessKey: "b" }]);
    await warmUp(db, asked);

    expect(await flood(db, asked)).toMatchObject({ ok: false });

    expect(await db.authenticate({ accessKey: "b" })).toMatchObject({ client: { id: 2 } });
  });
});

describe("whoever gets a key is let in at once, in the middle of a flood", () => {
  for (const from of ["this", "another"] as const) {
    test(`a new client and a new key, from ${from} handle`, async () => {
      const { db, asked, store } = await openOver(undefined, FEW);
      await db.addClient({ accessKey: "a" });
      await warmUp(db, asked);
      await flood(db, asked);
      const writer = from === "this" ? db : (await openOver(undefined, {}, store)).db;

      await writer.addClient({ accessKey: "b" });
      expect(await db.authenticate({ accessKey: "b" })).toMatchObject({ client: { id: 2 } });
      await writer.updateClient(1, { accessKey: "c" });
      expect(await db.authenticate({ accessKey: "c" })).toMatchObject({ client: { id: 1 } });
      expect(await db.authenticate({ accessKey: "a" })).toMatchObject(UNKNOWN);
      // They have been read again: from here on they are known as they are now.
      await new Promise((resolve) => setImmediate(resolve));
      asked.finds.length = 0;
      await wrongKeys(db, 10);
      expect(await db.authenticate({ accessKey: "c" })).toMatchObject({ client: { id: 1 } });
      expect(asked.finds).toEqual([]);
    });

    test(`also while the clients are listed, from ${from} handle`, async () => {
      const held = heldList();
      const { db, asked, store } = await openOver(held.replace, FEW);
      await db.addClients([{ accessKey: "a" }, { accessKey: "b" }]);
      await warmUp(db, asked);
      const told = once(listed, "flood");
      await wrongKeys(db, KEPT + 1);
      await held.begun;
      const writer = from === "this" ? db : (await openOver(undefined, {}, store)).db;

      await writer.updateClient(1, { accessKey: "new" });
      await writer.addClient({ accessKey: "c" });
      held.goOn();

      expect(await told).toMatchObject([{ ok: true }]);
      for (const [accessKey, id] of [
        ["new", 1],
        ["b", 2],
        ["c", 3],
      ] as const)
        expect(await db.authenticate({ accessKey })).toMatchObject({ client: { id } });
      expect(await db.authenticate({ accessKey: "a" })).toMatchObject(UNKNOWN);
      asked.finds.length = 0;
      await wrongKeys(db, 10);
      expect(asked.finds).toEqual([]);
    });
  }

  test("a certificate too", async () => {
    const store = new MemoryStore();
    const { db, asked } = await openOver(undefined, FEW, store);
    await db.addClients([{ accessKey: "a" }, { accessKey: "b" }]);
    await db.addCertificate(1, KITCHEN);
    await warmUp(db, asked);
    await flood(db, asked);
    expect(await db.authenticate({ certificate: HALL })).toMatchObject({ allowed: false });
    expect(asked.finds).toEqual([]);

    await (await openOver(undefined, {}, store)).db.addCertificate(2, HALL);

    expect(await db.authenticate({ certificate: HALL })).toMatchObject({ client: { id: 2 } });
    expect(await db.authenticate({ certificate: KITCHEN })).toMatchObject({ client: { id: 1 } });
  });

  test("a filter that would be larger than it may is none", () => {
    const filter = new CredentialFilter(2);
    const add = (api_key: string): void => filter.add({ client_id: 1, api_key });
    filter.begin();
    for (const key of ["a", "b"]) add(key);
    filter.complete();
    expect([filter.isOn, filter.excludes("a"), filter.excludes("c")]).toEqual([true, false, true]);

    add("c");

    expect([filter.isOn, filter.excludes("d")]).toEqual([false, false]);
  });

  test("a filter hears of changes also where nothing else is kept", () => {
    const cache = new NearCache({ maxClients: 1, maxMisses: 1, missTtlMs: 1 });
    expect(cache.hasCredentials).toBe(false);

    cache.filter.begin();

    expect(cache.hasCredentials).toBe(true);
  });
});

function movableClock(): { readonly moveOn: (ms: number) => void } {
  let ahead = 0;
  const now = performance.now.bind(performance);
  const clock = vi.spyOn(performance, "now").mockImplementation(() => now() + ahead);
  onTestFinished(() => clock.mockRestore());
  return { moveOn: (ms) => void (ahead += ms) };
}

/** A watch that can be made to tell that. */
const anyChange = () => {
  let on: Parameters<Backend["watch"]>[0] | undefined;
  return {
    tell: () => on?.("all"),
    replace: (backend: Backend) => ({
      watch: (listener: Parameters<Backend["watch"]>[0]) => backend.watch((on = listener)),
    }),
  };
};

describe("when anything may have changed", () => {
  test("the store is asked again, and it takes another flood to list the clients again", async () => {
    const anything = anyChange();
    const { db, asked } = await openOver(anything.replace, FEW);
    await db.addClient({ accessKey: "a" });
    await warmUp(db, asked);
    await flood(db, asked);

    anything.tell();
    await wrongKeys(db, KEPT);

    expect(asked.finds).toHaveLength(KEPT);
    expect(asked.lists).toBe(1);
  });

  test("no list is made within ten times the time that the last one took", async () => {
    const clock = movableClock();
    const anything = anyChange();
    const { db, asked } = await openOver((backend) => {
      const list = async function* (): AsyncGenerator<readonly StoredEntry[]> {
        clock.moveOn(60_000);
        yield* backend.list();
      };
      return { ...anything.replace(backend), list };
    }, FEW);
    await warmUp(db, asked);
    await flood(db, asked);

    anything.tell();
    await wrongKeys(db, 2 * KEPT);
    clock.moveOn(599_000);
    await wrongKeys(db, 2 * KEPT);
    expect(asked.lists).toBe(1);

    clock.moveOn(2000);
    await flood(db, asked);
    expect(asked.lists).toBe(2);
  });

  test("lists that come to nothing are made less and less often", async () => {
    const clock = movableClock();
    const store = new MemoryStore();
    const { db, asked } = await openOver(
      (backend) => ({
        list: async function* () {
          clock.moveOn(1000);
          yield* backend.list();
        },
      }),
      FEW,
      store,
    );
    await db.addClient({ accessKey: "a" });
    store.records.set(1, `{"api_key": "a", `);
    await warmUp(db, asked);
    await flood(db, asked);

    for (const [pause, lists] of [
      [19_000, 1],
      [2000, 2],
      [39_000, 2],
      [2000, 3],
    ] as const) {
      clock.moveOn(pause);
      const told = lists > asked.lists ? once(listed, "flood") : undefined;
      await wrongKeys(db, 2 * KEPT);
      await told;
      expect(asked.lists).toBe(lists);
    }
  });

  test("a list under way comes to nothing", async () => {
    const held = heldList();
    const anything = anyChange();
    let pages = 0;
    const { db, asked, store } = await openOver((backend) => {
      const list = async function* (): AsyncGenerator<readonly StoredEntry[]> {
        for await (const page of held.replace(backend).list()) {
          for (const entry of [...page, ...page]) {
            pages += 1;
            yield [entry];
          }
        }
      };
      return { ...anything.replace(backend), list };
    }, FEW);
    await db.addClient({ accessKey: "a" });
    await warmUp(db, asked);
    const told = once(listed, "flood");
    await wrongKeys(db, KEPT + 1);
    await held.begun;

    // As after a feed that was down.
    store.records.set(
      2,
      (store.records.get(1) ?? "").replace(`"a"`, `"b"`).replace(`"client_id":1`, `"client_id":2`),
    );
    anything.tell();
    await wrongKeys(db, 2 * KEPT);
    expect(asked.lists).toBe(1);
    held.goOn();

    expect(await told).toMatchObject([{ ok: false }]);
    expect(await db.authenticate({ accessKey: "b" })).toMatchObject({ client: { id: 2 } });
    expect(pages).toBe(1);
  });

  test("a database that is closed while it lists does not touch its store any more", async () => {
    const held = heldList();
    const { db, asked } = await openOver(held.replace, FEW);
    await db.addClient({ accessKey: "a" });
    await warmUp(db, asked);
    const told = once(listed, "flood");
    await wrongKeys(db, KEPT + 1);
    await held.begun;

    const closing = db.close();
    held.goOn();
    await closing;

    expect(await told).toMatchObject([{ ok: false }]);
    await db.open();
    await db.authenticate({ accessKey: "anybody" });
    expect(await db.authenticate({ accessKey: "a" })).toMatchObject({ allowed: true });
  });
});
