import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { describe, expect, test } from "vitest";
import type { StoredEntry } from "../../src/backend/contract.ts";
import { DbError } from "../../src/errors.ts";
import memory from "../../src/memory/plugin.ts";
import { openOver, unbounded, warmUp, withProof } from "./open-over.ts";

describe("what was read is answered from memory", () => {
  test("a client by its access key, by its id, and a key that nobody has", async () => {
    const { db, asked } = await openOver();
    await db.addClient({ accessKey: "key", canEscalate: true });
    await warmUp(db, asked);
    for (let round = 0; round < 3; round += 1) {
      expect(await db.authenticate({ accessKey: "key" })).toMatchObject({ allowed: true, client: { id: 1 } });
      expect(await db.authorize(1, { do: "escalate" })).toMatchObject({ allowed: true });
      expect(await db.authenticate({ accessKey: "nobody" })).toMatchObject({ reason: "unknown-key" });
    }

    expect(asked).toEqual({ finds: [["key"], ["nobody"]], gets: [], lists: 0 });
  });

  test("a thousand connections at once ask for each key once, in two round trips", async () => {
    const { db, asked } = await openOver();
    await db.addClients(Array.from({ length: 600 }, (_, i) => ({ accessKey: `key ${i}` })));

    const verdicts = await Promise.all(
      Array.from({ length: 1000 }, (_, i) => db.authenticate({ accessKey: `key ${i % 600}` })),
    );

    expect(verdicts.every(({ allowed }) => allowed)).toBe(true);
    expect(asked.finds.map(({ length }) => length)).toEqual([500, 100]);
  });

  test("a full memory lets go of what was not used", async () => {
    const { db, asked } = await openOver(undefined, { cache: { maxClients: 2 } });
    await db.addClients([{ accessKey: "a" }, { accessKey: "b" }, { accessKey: "c" }]);
    await warmUp(db, asked);

    for (const accessKey of ["a", "b", "a", "c", "a", "b"]) await db.authenticate({ accessKey });

    expect(asked.finds).toEqual([["a"], ["b"], ["c"], ["b"]]);
  });

  test("wrong keys are kept for no longer than they may", async () => {
    const short = await openOver(undefined, { cache: { missTtlMs: 0 } });
    await warmUp(short.db, short.asked);
    for (const accessKey of ["x", "x"]) await short.db.authenticate({ accessKey });
    expect(short.asked.finds).toEqual([["x"], ["x"]]);
  });

  test("hits and misses are published, without the key", async () => {
    const { db, asked } = await openOver();
    await db.addClient({ accessKey: "key" });
    await warmUp(db, asked);
    const heard: unknown[] = [];
    const onHit = (message: unknown): void => void heard.push(["hit", message]);
    const onMiss = (message: unknown): void => void heard.push(["miss", message]);
    subscribe("hivemind-db:cache.hit", onHit);
    subscribe("hivemind-db:cache.miss", onMiss);

    await db.authenticate({ accessKey: "key" });
    await db.authenticate({ accessKey: "key" });
    await db.authorize(1, { do: "escalate" });

    unsubscribe("hivemind-db:cache.hit", onHit);
    unsubscribe("hivemind-db:cache.miss", onMiss);
    const backend = memory.name;
    expect(heard).toEqual([
      ["miss", { backend, by: "accessKey" }],
      ["hit", { backend, by: "accessKey" }],
      ["hit", { backend, by: "id" }],
    ]);
  });
});

describe("a change is seen", () => {
  test("a revocation, a lost permission and a new key, from this and from another handle", async () => {
    for (const from of ["this", "another"]) {
      const { db, asked, store } = await openOver();
      await db.addClients([{ accessKey: "a" }, { accessKey: "b", canEscalate: true }, { accessKey: "c" }]);
      await warmUp(db, asked);
      for (const accessKey of ["a", "b", "c", "new"]) await db.authenticate({ accessKey });
      const writer = from === "this" ? db : (await openOver(undefined, {}, store)).db;

      await writer.revokeClient(1);
      expect(await db.authenticate({ accessKey: "a" })).toMatchObject({ reason: "unknown-key" });
      expect(await db.authorize(1, { do: "escalate" })).toMatchObject({ reason: "revoked" });
      await writer.updateClient(2, { canEscalate: false });
      expect(await db.authorize(2, { do: "escalate" })).toMatchObject({ reason: "escalate-not-allowed" });
      await writer.updateClient(3, { accessKey: "new" });
      expect(await db.authenticate({ accessKey: "new" })).toMatchObject({ client: { id: 3 } });
      expect(await db.authenticate({ accessKey: "c" })).toMatchObject({ reason: "unknown-key" });
    }
  });

  test("a key that another program gave to a second client admits neither", async () => {
    const { db, asked, store } = await openOver();
    await db.addClients([{ accessKey: "key" }, { accessKey: "other" }]);
    await warmUp(db, asked);
    expect(await db.authenticate({ accessKey: "key" })).toMatchObject({ allowed: true });

    store.records.set(2, (store.records.get(2) ?? "").replace("other", "key"));
    store.written([2]);

    expect(await db.authenticate({ accessKey: "key" })).toMatchObject({
      reason: "ambiguous",
      clientIds: [1, 2],
    });
  });

  test("it costs the others one round trip, and no more", async () => {
    const { db, asked } = await openOver();
    await db.addClients([{ accessKey: "a" }, { accessKey: "b" }]);
    await warmUp(db, asked);
    for (const accessKey of ["a", "b", "wrong"]) await db.authenticate({ accessKey });
    asked.finds.length = 0;

    await db.updateClient(2, { name: "changed" });
    await new Promise((resolve) => setImmediate(resolve));
    for (const accessKey of ["a", "wrong"]) await db.authenticate({ accessKey });
    await db.authorize(2, { do: "escalate" });

    expect(asked).toEqual({ finds: [], gets: [[2]], lists: 0 });
  });

  test("what was being read while it changed is answered, and not kept", async () => {
    const reading = Promise.withResolvers<void>();
    const mayAnswer = Promise.withResolvers<void>();
    let isSlow = false;
    const { db, asked } = await openOver((backend) => ({
      find: async (index, values) => {
        const found = await backend.find(index, values);
        if (isSlow) {
          reading.resolve();
          await mayAnswer.promise;
        }
        return found;
      },
    }));
    await db.addClient({ accessKey: "key" });
    await warmUp(db, asked);
    isSlow = true;
    const early = db.authenticate({ accessKey: "key" });
    await reading.promise;

    await db.revokeClient(1);
    mayAnswer.resolve();

    expect(await early).toMatchObject({ allowed: true });
    expect(await db.authenticate({ accessKey: "key" })).toMatchObject({ reason: "unknown-key" });
  });
});

describe("without a proof nothing is answered from memory", () => {
  const unreachable = new DbError("unreachable", "gone");

  test("the store is asked, and what it cannot answer is its error", async () => {
    let isProven = true;
    let isThere = true;
    const find = async (found: Promise<ReadonlyMap<string, readonly StoredEntry[]>>) => {
      if (!isThere) throw unreachable;
      return found;
    };
    const { db, asked } = await openOver((backend) => ({
      ...withProof(() => (isProven ? performance.now() : 0))(backend),
      find: (index, values) => find(backend.find(index, values)),
    }));
    await db.addClient({ accessKey: "key" });
    await warmUp(db, asked);
    await db.authenticate({ accessKey: "key" });
    await db.authenticate({ accessKey: "wrong" });
    isThere = false;
    expect(await db.authenticate({ accessKey: "key" })).toMatchObject({ allowed: true });

    isProven = false;
    await new Promise((resolve) => setImmediate(resolve));
    for (const accessKey of ["key", "wrong"])
      await expect(db.authenticate({ accessKey })).rejects.toMatchObject({ code: "unreachable" });

    isProven = true;
    await new Promise((resolve) => setImmediate(resolve));
    expect(await db.authenticate({ accessKey: "key" })).toMatchObject({ allowed: true });
  });

  test("losing and regaining it is published once each", async () => {
    let isProven = true;
    const { db, asked } = await openOver(withProof(() => (isProven ? performance.now() : 0)));
    await db.addClient({ accessKey: "key" });
    await warmUp(db, asked);
    const heard: string[] = [];
    const on = (_message: unknown, name: string | symbol): void => void heard.push(String(name));
    for (const what of ["lost", "regained"]) subscribe(`hivemind-db:lease.${what}`, on);

    for (const proven of [true, false, false, true, true]) {
      isProven = proven;
      await new Promise((resolve) => setImmediate(resolve));
      await db.authenticate({ accessKey: "key" });
      await db.authenticate({ accessKey: "key" });
    }

    for (const what of ["lost", "regained"]) unsubscribe(`hivemind-db:lease.${what}`, on);
    expect(heard).toEqual(["hivemind-db:lease.lost", "hivemind-db:lease.regained"]);
  });

  test("a store that bounds nothing is asked every time", async () => {
    const { db, asked } = await openOver(unbounded);
    await db.addClient({ accessKey: "key" });
    await warmUp(db, asked);

    for (let i = 0; i < 3; i += 1) await db.authenticate({ accessKey: "key" });

    expect(asked.finds).toHaveLength(3);
  });

  test("the proof is asked for once a turn, and again in the next", async () => {
    let proofs = 0;
    const { db, asked } = await openOver(
      withProof(() => {
        proofs += 1;
        return performance.now();
      }),
    );
    await db.addClient({ accessKey: "key" });
    await warmUp(db, asked);
    await db.authenticate({ accessKey: "key" });
    await new Promise((resolve) => setImmediate(resolve));
    proofs = 0;

    await Promise.all(Array.from({ length: 100 }, () => db.authenticate({ accessKey: "key" })));
    expect(proofs).toBe(1);

    await new Promise((resolve) => setImmediate(resolve));
    await db.authenticate({ accessKey: "key" });
    expect(proofs).toBe(2);
  });

  test("a closed database answers nothing, however well it remembers", async () => {
    const { db, asked } = await openOver();
    await db.addClient({ accessKey: "key" });
    await warmUp(db, asked);
    await db.authenticate({ accessKey: "key" });

    await db.close();

    await expect(db.authenticate({ accessKey: "key" })).rejects.toMatchObject({ code: "closed" });
    await expect(db.authorize(1, { do: "escalate" })).rejects.toMatchObject({ code: "closed" });
  });
});
