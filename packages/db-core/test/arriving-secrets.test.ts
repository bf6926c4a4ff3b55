import { inspect } from "node:util";
import { describe, expect, test } from "vitest";
import type { Backend } from "../src/backend/contract.ts";
import type { StoredRecord } from "../src/backend/contract.ts";
import { createDatabase } from "../src/database/create-database.ts";
import { parseJson } from "../src/json.ts";
import memory, { MemoryStore } from "../src/memory/plugin.ts";
import { ArrivingSecrets } from "../src/sealing/arriving-secrets.ts";
import type { SealOptions } from "../src/sealing/keyring.ts";
import { parseSealKey } from "../src/sealing/seal-key.ts";
import { changeStoreKey, readStoreKey, storeKeyIn } from "../src/sealing/store-key.ts";

const [KEY, NEXT, OTHER] = ["a1".repeat(32), "b2".repeat(32), "c3".repeat(32)] as const;
const idOf = (key: string): string => parseSealKey(key, "key").id;
const SECRETS = {
  password: "canary-of-a-password",
  cryptoKey: "canary-16-crypto",
  secretMetadata: { note: "canary-of-a-note" },
};
const STATE = ["node:1", "test/identity"] as const;

/** A store that was sealed (or not) under `seal`, with one client and one secret entry. */
async function filled(seal: SealOptions | undefined): Promise<MemoryStore> {
  const store = new MemoryStore();
  await using db = createDatabase(memory, { store }, { create: true, seal });
  await db.open();
  await db.addClient({ accessKey: "key", ...SECRETS });
  await db.state("node:1", "test").setSecret("identity", SECRETS.password);
  return store;
}

const backendOf = (store: MemoryStore): Promise<Backend> =>
  memory.open({ store }, { create: true, onNotice: () => undefined });

async function contentOf(store: MemoryStore): Promise<{ record: StoredRecord; entry: string }> {
  const backend = await backendOf(store);
  const record = (await backend.get([1])).get(1)?.record;
  const entry = await backend.state.get(...STATE);
  if (record === undefined || entry === undefined) throw new Error("the store is not filled");
  return { record, entry };
}

/** All of `from` into a new store, whose config has `seal`. */
async function copied(from: MemoryStore, seal: SealOptions | undefined, into = new MemoryStore()) {
  const { record, entry } = await contentOf(from);
  const backend = await backendOf(into);
  const arriving = new ArrivingSecrets(backend, seal, await readStoreKey(await backendOf(from)));
  await arriving.write(async (arrival) => {
    await backend.state.update(...STATE, () => arrival.entry(...STATE, entry));
    await backend.insert([{ id: 1, make: () => arrival.record(record) }], "copy");
  });
  return { store: into, backend, arriving };
}

async function secretsIn(store: MemoryStore, seal: SealOptions | undefined) {
  await using db = createDatabase(memory, { store }, { seal });
  await db.open();
  return [await db.secrets(1), await db.state("node:1", "test").getSecret("identity")];
}

const all = [{ accessKey: "key", ...SECRETS }, SECRETS.password];
const inTheClear = (store: MemoryStore): boolean =>
  inspect([store.records, store.state], { depth: Infinity, maxStringLength: Infinity }).includes("canary");

describe("secrets that come from elsewhere", () => {
  test.each([
    ["in the clear, are sealed under the key of the config", undefined, { key: KEY }],
    ["sealed under a previous key, are sealed anew", { key: KEY }, { key: NEXT, previous: [KEY] }],
  ])("%s", async (_, from, seal) => {
    const { store, backend } = await copied(await filled(from), seal);

    expect(await readStoreKey(backend)).toBe(idOf(seal.key));
    expect(inTheClear(await filled(undefined))).toBe(true);
    expect(inTheClear(store)).toBe(false);
    expect(await secretsIn(store, { key: seal.key })).toEqual(all);
  });

  test.each([
    ["the config has that key", { key: KEY }],
    ["the config has no key at all", undefined],
  ])("stay as they are, under the key of the store that they come from, where %s", async (_, seal) => {
    const from = await filled({ key: KEY });

    const { store, backend } = await copied(from, seal);

    expect(await contentOf(store)).toEqual(await contentOf(from));
    expect(await readStoreKey(backend)).toBe(idOf(KEY));
    expect(await secretsIn(store, { key: KEY })).toEqual(all);
  });

  test("stay in the clear where neither the store nor the config has a key", async () => {
    const from = await filled(undefined);

    const { store } = await copied(from, undefined);

    expect(await contentOf(store)).toEqual(await contentOf(from));
  });

  test("are unsealed where the config has previous keys alone", async () => {
    const { store } = await copied(await filled({ key: KEY }), { previous: [KEY] });

    expect(await secretsIn(store, undefined)).toEqual(all);
  });

  test.each([
    ["wrong-key", "sealed under a key that nobody gave", { key: KEY }, { key: NEXT }, undefined],
    ["no-key", "in the clear, for a sealed store without its key", undefined, undefined, KEY],
    ["wrong-key", "in the clear, for a store under a key that nobody gave", undefined, { key: NEXT }, OTHER],
    ["no-key", "sealed, for a store under another key", { key: KEY }, undefined, OTHER],
  ] as const)("are refused (%s): %s", async (code, _, from, seal, sealedUnder) => {
    const source = await filled(from);
    const into = new MemoryStore();
    const backend = await backendOf(into);
    if (sealedUnder !== undefined) await changeStoreKey(backend, () => idOf(sealedUnder));
    const copying = copied(source, seal, into);

    await expect(copying).rejects.toMatchObject({ code });
    const arriving = new ArrivingSecrets(backend, seal, null);
    expect((await arriving.look()).refusal((await contentOf(source)).record)).toMatchObject({ code });
    expect(into.records.size).toBe(0);
    expect(into.state.has("node:1")).toBe(false);
  });

  test("that are there already settle, in whatever form they are there", async () => {
    const [clear, sealed] = [await filled(undefined), await filled({ key: KEY })];
    const backend = await backendOf(sealed);
    const arrival = await new ArrivingSecrets(backend, { key: NEXT, previous: [KEY] }, null).look();
    const [a, b] = [await contentOf(clear), await contentOf(sealed)];

    expect(arrival.settle(a.record, b.record)).toEqual(b.record);
    expect(arrival.settle(b.record, a.record)).toEqual(a.record);
    expect(arrival.settleEntry(...STATE, a.entry, b.entry)).toBe(b.entry);
    const other = { ...a.record, password: "another" };
    expect(arrival.settle(other, b.record)).not.toEqual(b.record);
    expect(arrival.settle({ ...a.record, password: null }, b.record)).not.toEqual(b.record);
  });

  test("the entry in which a store names its key is told from all others", () => {
    const text = JSON.stringify("AAAAAAAA");
    expect(storeKeyIn({ scope: "shared", key: "hivemind-db.seal/key", text })).toBe(parseJson(text));
    expect(storeKeyIn({ scope: "node:1", key: "hivemind-db.seal/key", text })).toBeUndefined();
    expect(storeKeyIn({ scope: "shared", key: "test/key", text })).toBeUndefined();
  });
});
