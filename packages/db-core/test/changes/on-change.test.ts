import { inspect } from "node:util";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Backend, BackendPlugin } from "../../src/backend/contract.ts";
import type { CacheOptions } from "../../src/cache/hot-path.ts";
import type { Client, ClientChange } from "../../src/client.ts";
import type { OnChange } from "../../src/changes/change.ts";
import type { ClientDatabase } from "../../src/database/client-database.ts";
import { createDatabase } from "../../src/database/create-database.ts";
import type { SealOptions } from "../../src/sealing/keyring.ts";
import { DbError } from "../../src/errors.ts";
import memory, { MemoryStore } from "../../src/memory/plugin.ts";
import type { MemoryOptions } from "../../src/memory/plugin.ts";
import type { Verdict } from "../../src/permission.ts";

const [KEY, NEXT] = ["a1".repeat(32), "b2".repeat(32)] as const;

type Told = Parameters<OnChange>[0];

let store: MemoryStore;
let watchers: Set<(changed: readonly number[] | "all") => void>;
let isDown: boolean;
/** What the store has answered arrives after that. */
let onTheWay: Promise<void> | undefined;
const opened: ClientDatabase[] = [];

async function read<T>(answer: () => Promise<T>): Promise<T> {
  if (isDown) throw new DbError("unreachable", "the store is gone");
  return answer();
}

async function open(seal?: SealOptions, cache: CacheOptions = {}): Promise<ClientDatabase> {
  const plugin: BackendPlugin<MemoryOptions> = {
    ...memory,
    open: async (given, host): Promise<Backend> => {
      const backend = await memory.open(given, host);
      return {
        ...backend,
        get: async (ids) => {
          const found = await read(() => backend.get(ids));
          await onTheWay;
          return found;
        },
        watch: async (on) => {
          watchers.add(on);
          return backend.watch(on);
        },
      };
    },
  };
  const db = createDatabase(plugin, { store }, { create: true, seal, cache });
  await db.open();
  opened.push(db);
  return db;
}

beforeEach(() => {
  store = new MemoryStore();
  watchers = new Set();
  isDown = false;
  onTheWay = undefined;
});
afterEach(async () => {
  for (const db of opened.splice(0)) await db.close();
});

const tellAll = (): void => {
  for (const on of watchers) on("all");
};
const settled = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 5));

/** By another program: the watch alone tells of it. */
function rename(name: string): void {
  store.records.set(1, (store.records.get(1) ?? "").replace(/"name":"[^"]*"/, `"name":"${name}"`));
  store.written([1]);
}

/** So many turns of the microtask queue later. */
async function inSteps(steps: number): Promise<void> {
  for (let step = 0; step < steps; step += 1) await Promise.resolve();
}

function clientOf(verdict: Verdict) {
  if (!verdict.allowed) throw new Error(`denied: ${verdict.reason}`);
  return verdict.client;
}

/** A node that follows a connected client, another one that changes it, and what the first is told. */
async function connected(seal?: SealOptions) {
  const [node, other] = [await open(seal), await open(seal)];
  await node.addClient({
    accessKey: "key",
    password: "secret",
    allowedTypes: ["speak", "listen"],
    skillBlacklist: ["alarm"],
  });
  await node.authenticate({ accessKey: "key" });
  await settled();
  const told: Told[] = [];
  const stop = node.onChange((event) => void told.push(event));
  const client = clientOf(await node.authenticate({ accessKey: "key" }));
  const letGo = node.follow(client);
  await settled();
  return { node, other, told, stop, letGo, client };
}

const CHANGES: readonly (readonly [string, ClientChange, readonly string[]])[] = [
  ["a lost message type", { allowedTypes: ["speak"] }, ["permission-removed"]],
  ["another message type", { allowedTypes: ["speak", "x"] }, ["permission-removed", "permission-added"]],
  ["a skill that is allowed again", { skillBlacklist: [] }, ["permission-added"]],
  ["a forbidden intent", { intentBlacklist: ["stop"] }, ["permission-removed"]],
  ["no more broadcasts", { canBroadcast: false }, ["permission-removed"]],
  ["an admin", { isAdmin: true }, ["permission-added"]],
  ["a new password", { password: "other" }, ["credential-changed"]],
  ["a new access key", { accessKey: "other" }, ["credential-changed"]],
  ["a new name", { name: "other" }, ["other"]],
  ["new metadata and a lost type", { metadata: { a: 1 }, allowedTypes: [] }, ["permission-removed", "other"]],
];

describe("a followed client", () => {
  test.each(CHANGES)("%s is told once, with the reason, whoever made it", async (_what, change, reasons) => {
    for (const by of ["node", "other"] as const) {
      const { told, client, [by]: writer } = await connected();
      const after = await writer.updateClient(1, change);
      await settled();
      expect(told).toEqual([{ type: "changed", before: client, after, reasons }]);
      for (const db of opened.splice(0)) await db.close();
      store = new MemoryStore();
    }
  });

  test.each([
    ["of a store that was not sealed", undefined, { key: KEY }],
    ["from one key to the next", { key: KEY }, { key: NEXT, previous: [KEY] }],
    ["back into the clear", { key: KEY }, { previous: [KEY] }],
  ])("a rekey %s is no change of a credential", async (_, sealedUnder, seal) => {
    await (await open(sealedUnder)).addClient({ id: 7, password: "x", secretMetadata: { a: 1 } });
    const { node, other, told } = await connected(seal);
    node.follow((await node.getClient(7)) as Client);
    await settled();

    const { clients } = await other.rekey();
    await settled();

    expect(clients).toBeGreaterThan(0);
    expect(told).toEqual([]);
    await other.updateClient(7, { secretMetadata: { a: 2 } });
    await settled();
    expect(told).toMatchObject([{ before: { id: 7 }, reasons: ["credential-changed"] }]);
  });

  test("a rekey whose next key the node has not been given is told: it cannot tell", async () => {
    const { told } = await connected({ key: KEY });

    await (await open({ key: NEXT, previous: [KEY] })).rekey();
    await settled();

    expect(told).toMatchObject([{ reasons: ["credential-changed"] }]);
  });

  test("a revocation is told, and a client that is gone", async () => {
    const { other, told, client } = await connected();
    await other.revokeClient(1);
    await settled();
    expect(told).toMatchObject([{ before: client, after: { revoked: true }, reasons: ["revoked"] }]);

    store.records.delete(1);
    store.written([1]);
    store.written([1]);
    await settled();
    expect(told[1]).toMatchObject({ before: { revoked: true }, after: undefined, reasons: ["revoked"] });
    expect(told).toHaveLength(2);
  });

  test("what has changed since the verdict is told", async () => {
    const { node, other, told, letGo, client } = await connected();
    letGo();
    await other.updateClient(1, { canEscalate: false });
    await settled();
    expect(told).toEqual([]);

    node.follow(client);
    await settled();

    expect(told).toMatchObject([{ before: client, reasons: ["permission-removed"] }]);
  });

  test.each([
    ["its verdict", (node: ClientDatabase) => node.authenticate({ accessKey: "key" }).then(clientOf)],
    ["its id", (node: ClientDatabase) => node.getClient(1).then((client) => client as Client)],
    ["its name", async (node: ClientDatabase) => (await node.findByName("name"))[0] as Client],
  ])(
    "a credential that has changed since %s was asked for is told, though memory keeps nobody",
    async (_, ask) => {
      await (await open()).addClient({ accessKey: "key", name: "name" });
      const node = await open(undefined, { maxClients: 0 });
      const told: Told[] = [];
      node.onChange((event) => told.push(event));
      const client = await ask(node);
      await (await open()).updateClient(1, { password: "other" });

      node.follow(client);
      await settled();

      expect(told).toMatchObject([{ before: client, reasons: ["credential-changed"] }]);
      expect(inspect(client, { showHidden: true, depth: Infinity })).not.toContain("key");
    },
  );

  test("a touch is no change, nor is one of a client that nobody follows, or follows any more", async () => {
    const { node, other, told, letGo } = await connected();
    await node.addClient();
    await other.updateClient(2, { name: "changed" });
    await node.touch(1, 1000);
    await node.flush();
    letGo();
    await other.updateClient(1, { name: "changed" });
    await settled();
    expect(told).toEqual([]);
  });

  test("two connections of one client are two followings", async () => {
    const { node, other, told, letGo, client } = await connected();
    const second = node.follow(client);
    letGo();
    letGo();
    await other.updateClient(1, { name: "changed" });
    await settled();
    expect(told).toHaveLength(1);

    second();
    await other.updateClient(1, { name: "again" });
    await settled();
    expect(told).toHaveLength(1);
  });

  test("who comes later is told what has changed since their verdict, though others have heard of it", async () => {
    const { node, other, told, client } = await connected();
    await other.updateClient(1, { canEscalate: false });
    await settled();
    const now = clientOf(await node.authenticate({ accessKey: "key" }));
    await other.revokeClient(1);
    await settled();
    expect(told).toHaveLength(2);

    for (const known of [client, client, now, { ...now }]) node.follow(known);
    await settled();
    expect(told.slice(2)).toMatchObject([
      { before: client, after: { revoked: true }, reasons: ["revoked"] },
      { before: now, after: { revoked: true }, reasons: ["revoked"] },
    ]);

    store.records.delete(1);
    store.written([1]);
    await settled();
    node.follow(client);
    await settled();
    expect(told.slice(5)).toMatchObject([{ before: client, after: undefined, reasons: ["revoked"] }]);
  });

  test("who comes later and knows it as it is now tells nobody anything, nor one that an older answer reaches", async () => {
    const { node, other, told, client } = await connected();
    const { promise, resolve } = Promise.withResolvers<void>();
    onTheWay = promise;
    tellAll();
    told.length = 0;
    await settled();

    const after = await other.updateClient(1, { name: "changed" });
    node.follow(client);
    node.follow(after);
    resolve();
    await settled();

    expect(told).toMatchObject([{ before: client, after, reasons: ["other"] }]);
  });

  test("what is told at any moment after a reading is read", async () => {
    const { node, told } = await connected();
    for (let steps = 0; steps < 30; steps += 1) {
      told.length = 0;
      const stop = node.onChange(() => {
        stop();
        void inSteps(steps).then(() => rename(`second ${steps}`));
      });
      rename(`first ${steps}`);
      await settled();
      expect(told).toMatchObject([
        { after: { name: `first ${steps}` } },
        { after: { name: `second ${steps}` } },
      ]);
    }
  });

  test("no secret is told", async () => {
    const { other, told } = await connected();
    await other.updateClient(1, {
      password: "new-secret",
      accessKey: "new-key",
      cryptoKey: "0123456789abcdef",
    });
    await settled();
    expect(told).toHaveLength(1);
    expect(JSON.stringify(told)).not.toMatch(/secret|new-key|0123456789abcdef|"key"/);
  });
});

describe("when anything may have changed", () => {
  test("a reset is told, and then only what differs", async () => {
    const { told, client } = await connected();
    tellAll();
    await settled();
    expect(told).toEqual([{ type: "reset" }]);

    const text = store.records.get(1) ?? "";
    store.records.set(1, text.replace('"can_escalate":true', '"can_escalate":false'));
    tellAll();
    await settled();

    expect(told.slice(1)).toMatchObject([
      { type: "reset" },
      { type: "changed", before: client, after: { canEscalate: false }, reasons: ["permission-removed"] },
    ]);
  });

  test("a store that cannot be read is read when it can be", async () => {
    const { other, told } = await connected();
    isDown = true;
    tellAll();
    await settled();
    await other.updateClient(1, { canEscalate: false });
    expect(told).toEqual([{ type: "reset" }]);

    isDown = false;
    await expect
      .poll(() => told.at(-1), { timeout: 3000 })
      .toMatchObject({ reasons: ["permission-removed"] });
  });

  test("a listener that throws stops nobody, and one that has stopped hears nothing", async () => {
    const { node, told, stop } = await connected();
    const warned = new Promise((resolve) => process.once("warning", resolve));
    node.onChange(() => {
      throw new Error("bad listener");
    });
    const later: Told[] = [];
    node.onChange((event) => void later.push(event));
    stop();

    tellAll();

    expect(later).toEqual([{ type: "reset" }]);
    expect(told).toEqual([]);
    expect(String(await warned)).toContain("an onChange listener threw Error");
  });
});
