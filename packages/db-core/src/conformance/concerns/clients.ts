/** Adding, reading and changing one client. */
import assert from "node:assert/strict";
import { failsWith } from "../bed/failures.ts";
import type { TestBed } from "../bed/test-bed.ts";
import type { ClientDraft, ClientFields } from "../../client.ts";

const EVERY_FIELD = {
  name: "Säule Ümläut 東京 🐝",
  description:
    "unicode everywhere: \u202eRTL\u202c, quotes \"'`, backslash \\, newline\n, \u2028\u2029\u0085 and NUL \u0000",
  isAdmin: true,
  lastSeen: 1755264536.482113,
  allowedTypes: ["speak", "recognizer_loop:utterance", ""],
  canBroadcast: false,
  canEscalate: false,
  canPropagate: false,
  skillBlacklist: ["skill-camera"],
  intentBlacklist: ["weather:forecast"],
  metadata: { role: "operator", limits: { burst: 1.5, none: null }, tags: ["lan", true], "": {} },
} as const satisfies ClientDraft;

const SECRETS = {
  accessKey: "clé-d'accès-東京-🐝",
  password: "пароль",
  cryptoKey: "0123456789abcdef",
  secretMetadata: { pin: "1234", nested: { list: [1.5, null] }, "": {} },
} as const;

/** As `delete list[0]` leaves it. */
function withHole(item: string): readonly string[] {
  const list: string[] = [];
  list[1] = item;
  return list;
}

export function clients({ test }: TestBed): void {
  test("a client that nothing is said about gets the documented defaults", async (store) => {
    const db = await store.open();

    const { client, secrets } = await db.addClient();

    assert.deepEqual(client, {
      id: 1,
      name: "HiveMind-Node-1",
      description: "",
      isAdmin: false,
      lastSeen: null,
      allowedTypes: [],
      canBroadcast: true,
      canEscalate: true,
      canPropagate: true,
      skillBlacklist: [],
      intentBlacklist: [],
      metadata: {},
      revoked: false,
    });
    assert.match(secrets.accessKey, /^[0-9a-f]{32}$/);
    assert.match(secrets.password ?? "", /^[0-9a-f]{32}$/);
    assert.notEqual(secrets.accessKey, secrets.password);
    assert.equal(secrets.cryptoKey, null);
    assert.deepEqual(secrets.secretMetadata, {});
  });

  test("every field comes back as it was given", async (store) => {
    const db = await store.open();

    const added = await db.addClient({ ...EVERY_FIELD, ...SECRETS });

    assert.deepEqual(added.client, { id: 1, ...EVERY_FIELD, revoked: false });
    assert.deepEqual(await db.getClient(1), added.client);
    assert.deepEqual(await db.secrets(1), SECRETS);
    assert.deepEqual(added.secrets, SECRETS);
  });

  test("every field can be changed, and no other field changes with it", async (store) => {
    const db = await store.open();
    const { client } = await db.addClient();
    const expected: Record<string, unknown> = { ...client };

    for (const [field, value] of Object.entries(EVERY_FIELD)) {
      expected[field] = value;
      assert.deepEqual(await db.updateClient(1, { [field]: value }), expected);
    }

    assert.deepEqual(await db.getClient(1), expected);
  });

  test("every secret can be changed and, but for the access key, taken away", async (store) => {
    const db = await store.open();
    await db.addClient();

    await db.updateClient(1, SECRETS);
    assert.deepEqual(await db.secrets(1), SECRETS);

    const none = { password: null, cryptoKey: null, secretMetadata: {} };
    await db.updateClient(1, none);
    assert.deepEqual(await db.secrets(1), { ...SECRETS, ...none });
  });

  test("a change can depend on the client as it is", async (store) => {
    const db = await store.open();
    await db.addClient({ allowedTypes: ["speak"] });

    const changed = await db.updateClient(1, ({ allowedTypes }) => ({
      allowedTypes: [...allowedTypes, "listen"],
    }));

    assert.deepEqual(changed.allowedTypes, ["speak", "listen"]);
    assert.deepEqual(await db.getClient(1), changed);
  });

  test("an id without a client is not found, which is no error", async (store) => {
    const db = await store.open();
    await db.addClient();

    assert.equal(await db.getClient(2), undefined);
    assert.equal(await db.getClient(0), undefined);
    assert.equal(await db.getClient(Number.MAX_SAFE_INTEGER), undefined);
    assert.equal(await db.secrets(2), undefined);
  });

  test("changing or revoking an unknown client is refused", async (store) => {
    const db = await store.open();
    await db.addClient();

    const error = await failsWith("no-such-client", db.updateClient(2, { name: "nobody" }));
    await failsWith("no-such-client", db.revokeClient(2));

    assert.deepEqual(error.clientIds, [2]);
    assert.equal(await db.getClient(2), undefined);
  });

  test("what cannot be stored is refused before anything is", async (store) => {
    const db = await store.open();
    const { client, secrets } = await db.addClient();
    const impossible: readonly Partial<ClientFields>[] = [
      { accessKey: "" },
      { accessKey: "revoked" },
      { password: "" },
      { cryptoKey: "too short" },
      { name: "lone surrogate \ud800" },
      { lastSeen: Number.NaN },
      { metadata: { skill_blacklist: [] } },
      { metadata: { gain: Number.POSITIVE_INFINITY } },
      { secretMetadata: { gain: Number.NaN } },
      { allowedTypes: withHole("speak") },
      { intentBlacklist: withHole("stop") },
      { metadata: { nested: [{ list: withHole("item") }] } },
    ];

    for (const fields of impossible) {
      await failsWith("invalid", db.addClient(fields));
      await failsWith("invalid", db.updateClient(client.id, fields));
    }

    assert.deepEqual(await db.getClient(client.id), client);
    assert.deepEqual(await db.secrets(client.id), secrets);
    assert.equal(await db.getClient(2), undefined);
  });

  test("authorize follows the permissions of the client", async (store) => {
    const db = await store.open();
    const { client } = await db.addClient({ allowedTypes: ["speak"], isAdmin: true });

    const speak = await db.authorize(1, { do: "send", messageType: "speak" });
    const shout = await db.authorize(1, { do: "send", messageType: "SPEAK" });
    const unknown = await db.authorize(2, { do: "send", messageType: "speak" });

    assert.deepEqual(speak, { allowed: true, client });
    assert.deepEqual(shout, { allowed: false, reason: "type-not-allowed", clientIds: [1] });
    assert.deepEqual(unknown, { allowed: false, reason: "unknown-client", clientIds: [] });
  });
}
