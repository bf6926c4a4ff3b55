/**
 * Secrets sealed at rest: nothing in the store shows them, and nothing but the right key in the right place opens them.
 * Over 200 lines: one concern, with all its tests.
 */
import assert from "node:assert/strict";
import { inspect } from "node:util";
import { collect } from "../bed/collect.ts";
import { failsWith, failure } from "../bed/failures.ts";
import { inTurns } from "../bed/in-turns.ts";
import {
  contents,
  ENTRY,
  FOREIGN,
  inTheClear,
  KEY,
  KEYLESS,
  PASSWORD,
  SEALED,
  sealedPart,
  SECRETS,
  storedRecord,
  withSealedPart,
} from "../bed/sealed.ts";
import type { TestBed } from "../bed/test-bed.ts";
import { countUp } from "../process/counter.ts";

const WITHOUT_THE_KEY = [
  ["without a key", "no-key", KEYLESS],
  ["with another key", "wrong-key", FOREIGN],
] as const;
const ROUNDS = 5;

export function sealing({ test }: TestBed): void {
  test("what is sealed comes back, and nowhere in the store does it stand in the clear", async (store) => {
    const db = await store.open(SEALED);
    const state = db.state("node:1", "test");

    const { client, secrets } = await db.addClient({ accessKey: "key", ...SECRETS });
    await db.addClients([SECRETS, SECRETS]);
    await db.updateClient(2, { password: "another", cryptoKey: null });
    await state.setSecret("identity", ENTRY);

    assert.deepEqual(secrets, { accessKey: "key", ...SECRETS });
    assert.deepEqual(await db.secrets(1), secrets);
    assert.equal((await db.secrets(2))?.password, "another");
    assert.equal((await db.secrets(2))?.cryptoKey, null);
    assert.deepEqual(await state.getSecret("identity"), ENTRY);
    assert.deepEqual(inTheClear(await store.snapshot()), []);
    assert.deepEqual(client.metadata, {});
    assert.deepEqual(await collect(db.verify()), []);
  });

  test("the record of a sealed client holds no password that a Python hub could take for one", async (store) => {
    const db = await store.open(SEALED);
    await db.addClient({ metadata: { role: "op" }, ...SECRETS });

    const record = await storedRecord(await store.backend(), 1);

    assert.deepEqual([record["password"], record["crypto_key"]], [null, null]);
    const sealed = Object.entries(sealedPart(record));
    assert.deepEqual(sealed.map(([field]) => field).toSorted(), ["crypto_key", "metadata", "password"]);
    for (const [, text] of sealed) assert.match(text as string, /^v1:[\w-]{8}:[\w-]{16}:[\w-]+$/);
    assert.deepEqual((await db.getClient(1))?.metadata, { role: "op" });
  });

  test("what does not change is not sealed again", async (store) => {
    const db = await store.open(SEALED);
    await db.addClient(SECRETS);
    const [backend, before] = [await store.backend(), await store.snapshot()];
    const { sealed } = { sealed: sealedPart(await storedRecord(backend, 1)) };

    await db.updateClient(1, SECRETS);
    await db.updateClient(1, {});
    assert.deepEqual(await store.snapshot(), before);
    await db.updateClient(1, { name: "renamed", password: PASSWORD });

    assert.deepEqual(sealedPart(await storedRecord(backend, 1)), sealed);
  });

  test("a sealed text that is copied elsewhere does not open there", async (store) => {
    const [db, backend] = [await store.open(SEALED), await store.backend()];
    await db.addClients([SECRETS, SECRETS, SECRETS]);
    const {
      password = "",
      crypto_key: cryptoKey = "",
      metadata = "",
    } = sealedPart(await storedRecord(backend, 1));

    await backend.update(2, (now) => withSealedPart(now, { password }));
    await backend.update(3, (now) => withSealedPart(now, { password: cryptoKey, metadata }));
    await backend.update(1, (now) => withSealedPart(now, { password, crypto_key: password }));

    const copied = await failsWith("corrupt", db.secrets(2));
    assert.deepEqual(copied.clientIds, [2]);
    assert.match(copied.message, /password of client 2/);
    await failsWith("corrupt", db.secrets(3));
    assert.match((await failsWith("corrupt", db.secrets(1))).message, /crypto key of client 1/);
    const found = (await collect(db.verify())).filter(({ code }) => code === "sealed-secret-damaged");
    assert.deepEqual(
      found.flatMap(({ clientIds }) => clientIds),
      [1, 2, 3, 3],
    );
    await db.updateClient(2, { password: "set anew", cryptoKey: null, secretMetadata: {} });
    assert.equal((await db.secrets(2))?.password, "set anew");
  });

  test("a secret that was damaged is corrupt, and one of a later release is that", async (store) => {
    const [db, backend] = [await store.open(SEALED), await store.backend()];
    await db.addClient(SECRETS);
    const sealed = sealedPart(await storedRecord(backend, 1));
    const text = sealed["password"] as string;

    const damaged = [text.slice(0, -4), `${text.slice(0, -6)}AAAAAA`, text.slice(0, 30), "", 5, {}];
    for (const password of damaged) {
      await backend.update(1, (now) => withSealedPart(now, { ...sealed, password }));
      await failsWith("corrupt", db.secrets(1));
    }
    await backend.update(1, (now) => withSealedPart(now, { password: text.replace("v1", "v2") }));

    await failsWith("newer-schema", db.secrets(1));
  });

  test("a password that a Python hub set wins, and is sealed with the next write", async (store) => {
    const [db, backend] = [await store.open(SEALED), await store.backend()];
    await db.addClient({ password: "before" });

    await backend.update(1, (now) =>
      Object.freeze({ ...now, password: PASSWORD, crypto_key: SECRETS.cryptoKey }),
    );

    const { password, cryptoKey } = SECRETS;
    const set = { password, cryptoKey, secretMetadata: {} };
    const { accessKey, ...read } = { accessKey: "", ...(await db.secrets(1)) };
    assert.deepEqual(read, set);
    const found = await collect(db.verify());
    assert.deepEqual(
      found.map(({ code, clientIds }) => [code, clientIds]),
      [["secret-in-the-clear", [1]]],
    );
    await db.updateClient(1, { name: "renamed" });
    assert.deepEqual(await db.secrets(1), { accessKey, ...set });
    assert.deepEqual(inTheClear(await contents(backend)), []);
  });

  for (const [how, code, seal] of WITHOUT_THE_KEY) {
    test(`${how} the store serves everything but secrets, and leaves them as they are`, async (store) => {
      const keeper = await store.open(SEALED);
      await keeper.addClients([{ accessKey: "key", ...SECRETS }, SECRETS]);
      await keeper.state("shared", "test").setSecret("entry", ENTRY);
      const db = await store.open(seal);
      const state = db.state("shared", "test");

      const error = await failsWith(code, db.secrets(1));
      await failsWith(code, state.getSecret("entry"));
      await failsWith(
        code,
        state.updateSecret("entry", () => 1),
      );
      await failsWith(code, db.addClient());
      await failsWith(code, db.updateClient(1, { password: "new" }));
      await failsWith(
        code,
        db.updateClient(1, () => ({ secretMetadata: { new: true } })),
      );
      await failsWith(code, state.setSecret("entry", 1));
      await failsWith(code, state.setSecret("another", 1));
      await db.updateClient(1, { name: "renamed", metadata: { role: "op" } });
      await db.touch(1, 1_800_000_000);
      await db.revokeClient(2);

      assert.deepEqual(error.clientIds, [1]);
      assert.equal((await db.authenticate({ accessKey: "key" })).allowed, true);
      assert.equal((await collect(db.listClients())).length, 2);
      assert.deepEqual([...(await state.list())], []);
      assert.deepEqual(await keeper.secrets(1), { accessKey: "key", ...SECRETS });
      assert.deepEqual(await keeper.state("shared", "test").getSecret("entry"), ENTRY);
      assert.equal((await keeper.getClient(1))?.name, "renamed");
    });

    test(`${how} a secret can still be taken away`, async (store) => {
      const keeper = await store.open(SEALED);
      await keeper.addClient(SECRETS);
      await keeper.state("shared", "test").setSecret("entry", ENTRY);
      const db = await store.open(seal);

      await db.updateClient(1, { password: null, cryptoKey: null, secretMetadata: {} });
      await db.state("shared", "test").delete("entry");

      const { accessKey: _, ...left } = { accessKey: "", ...(await db.secrets(1)) };
      assert.deepEqual(left, { password: null, cryptoKey: null, secretMetadata: {} });
      assert.equal(await db.state("shared", "test").getSecret("entry"), undefined);
    });
  }

  test("a revocation takes the sealed secrets with it", async (store) => {
    const db = await store.open(SEALED);
    await db.addClient(SECRETS);

    await db.revokeClient(1);

    assert.deepEqual((await storedRecord(await store.backend(), 1))["metadata"], {});
  });

  test("secret state is shown by no other call, and changed in one step", async (store) => {
    const handles = [await store.open(SEALED), await store.open(SEALED)];
    const states = handles.map((handle) => handle.state("shared", "test"));
    const [state, other] = [states[0] as (typeof states)[0], states[1] as (typeof states)[0]];

    await Promise.all(inTurns(states, 2 * ROUNDS, (one) => one.updateSecret("counter", countUp)));
    await state.set("plain", "visible");

    assert.equal(await other.getSecret("counter"), 2 * ROUNDS);
    assert.deepEqual([...(await other.list())], [["plain", "visible"]]);
    for (const call of [state.get("counter"), state.set("counter", 1), state.update("counter", countUp)]) {
      assert.ok((await failure(call)) instanceof TypeError);
    }
    assert.equal(await state.getSecret("plain"), "visible");
    assert.equal(await state.updateSecret("plain", (now) => now), "visible");
    assert.deepEqual([...(await state.list())], []);
    assert.equal(await state.updateSecret("counter", () => undefined), undefined);
    assert.equal(await state.getSecret("counter"), undefined);
  });

  test("secret state keeps every value, also where it is not sealed", async (store) => {
    for (const seal of [KEYLESS, SEALED]) {
      const state = (await store.open(seal)).state("node:1", "test");
      for (const value of [null, false, 0, "", [], {}, { big: 2n ** 64n }, "\u2028 🐝"]) {
        await state.setSecret("entry", value);
        await state.setSecret("same", value);
        assert.deepEqual(await state.getSecret("entry"), await state.updateSecret("same", (now) => now));
      }
      await state.setSecret("entry", ENTRY);
      assert.deepEqual(await state.getSecret("entry"), ENTRY);
      assert.ok((await failure(state.get("entry"))) instanceof TypeError);
    }
  });

  test("a sealed entry that is copied to another key or scope does not open there", async (store) => {
    const [db, backend] = [await store.open(SEALED), await store.backend()];
    await db.state("node:1", "test").setSecret("entry", ENTRY);
    const text = await backend.state.get("node:1", "test/entry");

    await backend.state.update("node:1", "test/copy", () => text);
    await backend.state.update("node:2", "test/entry", () => text);

    await failsWith("corrupt", db.state("node:1", "test").getSecret("copy"));
    await failsWith("corrupt", db.state("node:2", "test").getSecret("entry"));
  });

  test("no key and no secret shows in the database, its errors and its findings", async (store) => {
    const db = await store.open(SEALED);
    await db.addClient(SECRETS);
    const foreign = await store.open(FOREIGN);

    const said = [
      db,
      foreign,
      await failsWith("wrong-key", foreign.secrets(1)),
      await failsWith("wrong-key", foreign.updateClient(1, SECRETS)),
      await collect(foreign.verify()),
      store.notices,
    ].map((one) => inspect(one, { depth: Infinity, showHidden: true }));

    for (const secret of [KEY, ...Object.values(SECRETS).map(String)]) {
      assert.ok(!said.join("\n").includes(secret));
    }
  });
}
