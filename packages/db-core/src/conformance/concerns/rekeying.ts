/** Changing the key of a sealed store, sealing one that was not, and unsealing it: while others work on it. */
import assert from "node:assert/strict";
import { collect } from "../bed/collect.ts";
import { failsWith, failure } from "../bed/failures.ts";
import {
  BOTH,
  contents,
  ENTRY,
  FOREIGN,
  inTheClear,
  KEY,
  KEYLESS,
  NEXT,
  NEXT_KEY,
  SEALED,
  sealedPart,
  SECRETS,
  storedRecord,
  withSealedPart,
} from "../bed/sealed.ts";
import type { TestBed } from "../bed/test-bed.ts";
import type { ClientDatabase } from "../../database/client-database.ts";
import type { SealOptions } from "../../sealing/keyring.ts";

const CLIENTS = 70;
const SCOPES = ["shared", "node:1", "node:it's {2}"] as const;

async function fill(db: ClientDatabase): Promise<void> {
  await db.addClients(Array.from({ length: CLIENTS }, (_, i) => ({ ...SECRETS, accessKey: `key-${i + 1}` })));
  await db.revokeClient(2);
  for (const scope of SCOPES) await db.state(scope, "test").setSecret("entry", ENTRY);
  await db.state("shared", "test").set("plain", "visible");
}

async function assertReadable(db: ClientDatabase): Promise<void> {
  for (const { id, revoked } of await collect(db.listClients())) {
    if (!revoked) assert.deepEqual(await db.secrets(id), { ...SECRETS, accessKey: `key-${id}` });
  }
  for (const scope of SCOPES) assert.deepEqual(await db.state(scope, "test").getSecret("entry"), ENTRY);
  assert.equal(await db.state("shared", "test").get("plain"), "visible");
}

const CHANGES: readonly {
  readonly what: string;
  readonly from: { readonly seal: SealOptions | undefined };
  readonly by: { readonly seal: SealOptions };
  readonly to: { readonly seal: SealOptions | undefined };
}[] = [
  { what: "from one key to the next", from: SEALED, by: BOTH, to: NEXT },
  { what: "that was not sealed to its first key", from: KEYLESS, by: NEXT, to: NEXT },
  {
    what: "back into the clear, with previous keys alone",
    from: SEALED,
    by: { seal: { previous: [KEY] } },
    to: KEYLESS,
  },
];

export function rekeying({ test }: TestBed): void {
  for (const { what, from, by, to } of CHANGES) {
    test(`a rekey brings a store ${what}, once`, async (store) => {
      await fill(await store.open(from));
      const db = await store.open(by);
      const seen: number[] = [];

      const { leftIn, ...report } = await db.rekey({ onProgress: ({ changed }) => seen.push(changed) });

      assert.deepEqual(report, { clients: CLIENTS - 1, entries: SCOPES.length, unreadable: [] });
      assert.ok(leftIn.every((place) => typeof place === "string"));
      assert.equal(seen.at(-1), CLIENTS - 1 + SCOPES.length);
      await assertReadable(await store.open(to));
      if (to !== KEYLESS) {
        assert.deepEqual(inTheClear(await contents(await store.backend())), []);
        if (leftIn.length === 0) assert.deepEqual(inTheClear(await store.snapshot()), []);
      }
      const again = await store.open(by);
      assert.deepEqual(await again.rekey(), { clients: 0, entries: 0, unreadable: [], leftIn });
    });
  }

  test("after a rekey the key before opens nothing", async (store) => {
    const old = await store.open(SEALED);
    await fill(old);

    await (await store.open(BOTH)).rekey();

    await failsWith("wrong-key", old.secrets(1));
    await failsWith("wrong-key", old.state("shared", "test").getSecret("entry"));
    await failsWith("wrong-key", (await store.open(SEALED)).addClient());
    assert.equal((await old.getClient(1))?.id, 1);
  });

  test("who has the next key and the one before seals under the one that the store is sealed under", async (store) => {
    await (await store.open(SEALED)).addClient(SECRETS);
    const [early, late] = [
      await store.open(BOTH),
      await store.open({ seal: { key: KEY, previous: [NEXT_KEY] } }),
    ];

    await early.addClient({ ...SECRETS, accessKey: "early" });
    assert.deepEqual(await (await store.open(SEALED)).secrets(2), { ...SECRETS, accessKey: "early" });
    await early.rekey();
    await late.addClient({ ...SECRETS, accessKey: "late" });

    assert.deepEqual(await (await store.open(NEXT)).secrets(3), { ...SECRETS, accessKey: "late" });
  });

  test("what others add and change during a rekey is under the next key afterwards", async (store) => {
    const node = await store.open({ seal: { key: KEY, previous: [NEXT_KEY] } });
    await fill(node);
    const db = await store.open(BOTH);
    const working: Promise<unknown>[] = [];
    const work = async (id: number): Promise<void> => {
      await node.addClient({ id, ...SECRETS, accessKey: `key-${id}` });
      await node.updateClient(id, { password: null });
      await node.updateClient(id, SECRETS);
      await node.updateClient(id - CLIENTS + 2, { name: "renamed" });
    };

    const { unreadable } = await db.rekey({
      onProgress: () => {
        // Not for ever: each new client is a step more.
        if (working.length < 6) working.push(work(CLIENTS + 1 + working.length));
      },
    });
    await Promise.all(working);

    assert.equal(working.length, 6);
    assert.deepEqual(unreadable, []);
    await assertReadable(await store.open(NEXT));
    assert.equal((await node.getClient(3))?.name, "renamed");
    assert.deepEqual(await collect(db.verify()), []);
  });

  test("what does not open is reported and left, and all else is done", async (store) => {
    const [node, backend] = [await store.open(SEALED), await store.backend()];
    await fill(node);
    const sealed = sealedPart(await storedRecord(backend, 1));
    await backend.update(5, (now) =>
      withSealedPart(now, { ...sealedPart(now), password: sealed["password"] ?? "" }),
    );
    await backend.update(6, (now) =>
      withSealedPart(now, { password: "v1:AAAAAAAA:AAAAAAAAAAAAAAAA:AAAAAAAAAAAAAAAAAAAAAAAA" }),
    );

    const db = await store.open(BOTH);
    const { clients, unreadable } = await db.rekey();

    assert.equal(clients, CLIENTS - 2);
    assert.deepEqual(
      unreadable.map(({ code, clientIds }) => [code, clientIds]),
      [
        ["corrupt", [5]],
        ["wrong-key", [6]],
      ],
    );
    const found = (await collect(db.verify())).map(({ code, clientIds }) => [code, clientIds]);
    assert.deepEqual(found, [
      ["sealed-secret-damaged", [5]],
      ["sealed-under-another-key", [5, 6]],
    ]);
  });

  test("without a key, or with one that the store does not know, a rekey changes nothing", async (store) => {
    await fill(await store.open(SEALED));
    const before = await store.snapshot();

    await failsWith("no-key", (await store.open(KEYLESS)).rekey());
    await failsWith("wrong-key", (await store.open(FOREIGN)).rekey());

    assert.deepEqual(await store.snapshot(), before);
  });

  test("a rekey that is stopped leaves every secret readable, and goes on when called again", async (store) => {
    await fill(await store.open(SEALED));
    const db = await store.open(BOTH);
    const [stop, reason] = [new AbortController(), new Error("of stopping")];

    const stopped = db.rekey({ signal: stop.signal, onProgress: () => stop.abort(reason) });

    assert.equal(await failure(stopped), reason);
    await assertReadable(db);
    assert.ok((await collect(db.verify())).some(({ code }) => code === "sealed-under-another-key"));
    const { clients, entries } = await db.rekey();
    assert.ok(clients > 0 && clients < CLIENTS - 1);
    assert.equal(entries, SCOPES.length);
    await assertReadable(await store.open(NEXT));
  });
}
