/** Secrets come out on explicit request, and nowhere else. */
import assert from "node:assert/strict";
import { inspect } from "node:util";
import { collect } from "../bed/collect.ts";
import { overhear } from "../bed/overhear.ts";
import { recordText } from "../bed/records.ts";
import type { TestBed } from "../bed/test-bed.ts";
import type { TestStore } from "../bed/test-store.ts";
import type { ClientDatabase } from "../../database/client-database.ts";
import { KITCHEN } from "../seeds/certificates.ts";
import { HOSTILE_KEY, HOSTILE_RECORDS, HOSTILE_SECRET, hostileSeed } from "../seeds/hostile.ts";
import type { Seed } from "../suite.ts";

const PASSWORD = "canary-of-a-password";
const CRYPTO_KEY = "canary-crypto-ke";
const ACCESS_KEY = "canary-of-an-access-key";
const KEY_BODY = "canaryOfAPrivateKey";
const PRIVATE_KEY = `-----BEGIN PRIVATE KEY-----\n${KEY_BODY}\n-----END PRIVATE KEY-----\n`;
const METADATA = "canary-of-secret-metadata";
const SECRETS = {
  accessKey: ACCESS_KEY,
  password: PASSWORD,
  cryptoKey: CRYPTO_KEY,
  secretMetadata: { note: METADATA },
};
const CANARIES = [KEY_BODY, PASSWORD, METADATA, CRYPTO_KEY, ACCESS_KEY, HOSTILE_KEY, HOSTILE_SECRET];

const fields = { api_key: ACCESS_KEY, password: PASSWORD, crypto_key: CRYPTO_KEY };
const AMBIGUOUS: Seed = {
  schema: 2,
  records: [1, 2].map((id) => [String(id), recordText(id, fields)] as const),
};

function assertNoSecret(store: TestStore, what: string, value: unknown): void {
  const shown = `${inspect(value, { depth: Infinity, showHidden: true })} ${String(value)}`;
  for (const secret of [...CANARIES, ...store.optionSecrets()]) {
    assert.ok(!shown.includes(secret), `a secret shows in ${what}`);
  }
}

/** Every call that has to do with secrets; each may fail, and what it says then is looked at. */
async function everythingSaid(
  db: ClientDatabase,
): Promise<readonly (readonly [what: string, said: unknown])[]> {
  const calls: { readonly [what: string]: () => Promise<unknown> } = {
    getClient: () => db.getClient(1),
    findByName: () => db.findByName("name"),
    listClients: () => collect(db.listClients()),
    "authenticate with the key": () => db.authenticate({ accessKey: ACCESS_KEY }),
    "authenticate with a key like it": () => db.authenticate({ accessKey: `${ACCESS_KEY}?` }),
    "authenticate with a bad record's key": () => db.authenticate({ accessKey: HOSTILE_KEY }),
    authorize: () => db.authorize(1, { do: "escalate" }),
    // What a successful add answers is the one place where secrets are meant to be.
    "a taken key": async () => void (await db.addClient({ accessKey: ACCESS_KEY })),
    "a key twice in a batch": async () => void (await db.addClients([SECRETS, SECRETS])),
    "a taken id": async () => void (await db.addClient({ id: 1, ...SECRETS })),
    "a crypto key of another length": () => db.updateClient(1, { cryptoKey: `${CRYPTO_KEY}?` }),
    "a password that is no text": () => db.updateClient(1, { password: [PASSWORD] as unknown as string }),
    "secret metadata that is none": () => db.updateClient(1, { secretMetadata: METADATA as never }),
    "an unknown field": () => db.updateClient(1, { passwort: PASSWORD } as object),
    "a new name": () => db.updateClient(1, { name: "changed" }),
    "an unknown client": () => db.updateClient(99, SECRETS),
    "a private key for a certificate": () => db.addCertificate(1, PRIVATE_KEY),
    "a certificate that is none": () => db.addCertificate(1, PASSWORD),
    "a certificate": () => db.addCertificate(1, KITCHEN),
    certificates: () => db.certificates(1),
    "authenticate with a certificate": () => db.authenticate({ certificate: KITCHEN }),
    "a fingerprint that is none": () => db.removeCertificate(1, PASSWORD),
    "a pinned key": () => db.pinKey(1, "rsa", KITCHEN.raw),
    "a kind of key that is none": async () => db.pinKey(1, "rsa", PASSWORD as never),
    pinnedKeys: () => db.pinnedKeys(1),
    touch: () => db.touch(1),
    info: async () => db.info(),
    health: () => db.health(),
    verify: () => collect(db.verify()),
    migrate: () => db.migrate(),
    "a revocation": () => db.revokeClient(1),
    "a change of the revoked": () => db.updateClient(1, SECRETS),
  };
  const said: (readonly [string, unknown])[] = [];
  for (const [what, call] of Object.entries(calls)) {
    said.push([what, await call().catch((error: unknown) => error)]);
  }
  return said;
}

async function assertNothingSaysASecret(store: TestStore, db: ClientDatabase): Promise<void> {
  const logged = await overhear(async () => {
    for (const [what, said] of await everythingSaid(db)) assertNoSecret(store, what, said);
    await db.close();
    for (const [what, said] of await everythingSaid(db)) assertNoSecret(store, `${what}, closed`, said);
  });
  assertNoSecret(store, "what was logged", logged);
  assertNoSecret(store, "the notices", store.notices);
  assertNoSecret(store, "the database", db);
}

export function secrecy({ cannotHold, test, testOn }: TestBed): void {
  test("no error, notice, log, client, health or finding says a secret", async (store) => {
    const db = await store.open();
    await db.addClients([{ name: "name", ...SECRETS }, {}]);

    await assertNothingSaysASecret(store, db);
  });

  test("the handle of the backend shows no secret", async (store) => {
    const db = await store.open();
    await db.addClient(SECRETS);
    const backend = await store.backend();

    await backend.find("accessKey", [ACCESS_KEY]);

    assertNoSecret(store, "the backend", backend);
    assertNoSecret(store, "its information", backend.info());
  });

  testOn(AMBIGUOUS, "no error or finding about ambiguous clients says a secret", async (store) => {
    await assertNothingSaysASecret(store, await store.open());
  });

  for (const [name, hostile] of HOSTILE_RECORDS.filter(([record]) => !cannotHold(record))) {
    testOn(
      hostileSeed(hostile),
      `no error, notice or finding about a bad record says a secret: ${name}`,
      async (store) => {
        await assertNothingSaysASecret(store, await store.open());
      },
    );
  }
}
