/** Certificates of a real authority, presented in real TLS handshakes. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { ClientDatabase } from "../../src/database/client-database.ts";
import { createDatabase } from "../../src/database/create-database.ts";
import memory from "../../src/memory/plugin.ts";
import { MemoryStore } from "../../src/memory/memory-store.ts";
import type { Verdict } from "../../src/permission.ts";
import { Authority } from "./support/authority.ts";
import type { Identity } from "./support/authority.ts";
import { TlsNode } from "./support/tls-node.ts";

const folder = mkdtempSync(join(tmpdir(), "hivemind-certificates-"));
const HOUR = 3_600_000;
const LONG_AGO = new Date(Date.now() - 48 * HOUR);
const YESTERDAY = new Date(Date.now() - 24 * HOUR);
const TOMORROW = new Date(Date.now() + 24 * HOUR);

let home: Authority;
let other: Authority;
let [kitchen, hall]: readonly Identity[] = [];

let db: ClientDatabase;
let node: TlsNode;

async function serve(trustedCas?: readonly string[]): Promise<void> {
  db = createDatabase(
    memory,
    { store: new MemoryStore() },
    { create: true, ...(trustedCas && { trustedCas }) },
  );
  await db.open();
  await db.addClients([{ name: "kitchen" }, { name: "hall" }]);
  node = await TlsNode.listen(db, home.identity);
}

/** After the first client was given it. */
async function verdictOn(identity: Identity): Promise<Verdict> {
  await db.addCertificate(1, identity.certificate);
  return node.verdictOn(identity);
}

const denied = (reason: string, ...clientIds: readonly number[]) => ({ allowed: false, reason, clientIds });

beforeAll(async () => {
  [home, other] = await Promise.all([Authority.root(folder, "home"), Authority.root(folder, "other")]);
  [kitchen, hall] = await Promise.all([home.issue("kitchen"), home.issue("hall")]);
});

afterEach(async () => {
  await node.close();
  await db.close();
});

afterAll(() => rmSync(folder, { recursive: true }));

describe("without trusted authorities, what an operator has added is trusted", () => {
  beforeEach(() => serve());

  test("a certificate admits the client that it was added to", async () => {
    await db.addCertificate(1, present(kitchen).certificate);
    await db.addCertificate(2, Buffer.from(present(hall).certificate));

    expect(await node.verdictOn(kitchen)).toMatchObject({ allowed: true, client: { id: 1 } });
    expect(await node.verdictOn(hall)).toMatchObject({ allowed: true, client: { id: 2 } });
  });

  test("nobody is admitted without one, or with one of the same name and authority", async () => {
    await db.addCertificate(1, present(kitchen).certificate);

    expect(await node.verdictOn(undefined)).toEqual(denied("no-certificate"));
    expect(await node.verdictOn(await home.issue("kitchen"))).toEqual(denied("unknown-certificate"));
  });

  test("a certificate that is removed, or whose client is revoked, is denied from then on", async () => {
    const { fingerprint } = await db.addCertificate(1, present(kitchen).certificate);
    await db.addCertificate(2, present(hall).certificate);
    expect(await node.verdictOn(kitchen)).toMatchObject({ allowed: true });
    expect(await node.verdictOn(hall)).toMatchObject({ allowed: true });

    await db.removeCertificate(1, fingerprint);
    await db.revokeClient(2);

    expect(await node.verdictOn(kitchen)).toEqual(denied("unknown-certificate"));
    expect(await node.verdictOn(hall)).toEqual(denied("unknown-certificate"));
  });

  test("a certificate is denied as soon as it has expired", async () => {
    const brief = await home.issue("brief", { until: new Date(Date.now() + 2000) });
    await db.addCertificate(1, brief.certificate);
    expect(await node.verdictOn(brief)).toMatchObject({ allowed: true });

    await expect
      .poll(() => node.verdictOn(brief), { timeout: 10_000, interval: 250 })
      .toEqual(denied("certificate-expired", 1));
  });

  test("a certificate that is not valid yet is denied", async () => {
    const future = await home.issue("future", { from: TOMORROW, until: new Date(Date.now() + 48 * HOUR) });
    await db.addCertificate(1, future.certificate);

    expect(await node.verdictOn(future)).toEqual(denied("certificate-not-yet-valid", 1));
  });
});

describe("with trusted authorities", () => {
  test("a certificate of one of them is admitted, and one of another authority is not", async () => {
    await serve([home.identity.certificate]);
    await db.addCertificate(2, present(kitchen).certificate);

    expect(await node.verdictOn(kitchen)).toMatchObject({ allowed: true });
    const stranger = await other.issue("kitchen");
    expect(await verdictOn(stranger)).toEqual(denied("certificate-untrusted", 1));
  });

  test("each of several is trusted, in one bundle or in several", async () => {
    await serve([`${home.identity.certificate}\n${other.identity.certificate}`]);
    await db.addCertificate(2, present(kitchen).certificate);

    expect(await node.verdictOn(kitchen)).toMatchObject({ allowed: true });
    expect(await verdictOn(await other.issue("kitchen"))).toMatchObject({ allowed: true });
  });

  test("none of them: nobody is trusted", async () => {
    await serve([]);

    expect(await verdictOn(present(kitchen))).toEqual(denied("certificate-untrusted", 1));
  });

  test("the intermediates that a client presents lead to a trusted one", async () => {
    await serve([home.identity.certificate]);
    const first = await home.intermediate(folder, "first");
    const second = await first.intermediate(folder, "second");
    const leaf = await second.issue("leaf");

    expect(await verdictOn(leaf)).toMatchObject({ allowed: true });
    const alone = { ...leaf, chain: leaf.certificate };
    expect(await node.verdictOn(alone)).toEqual(denied("certificate-untrusted", 1));
  });

  test("a client's certificate makes nobody an authority", async () => {
    await serve([home.identity.certificate]);
    const pretended = await Authority.pretended(folder, present(kitchen));

    expect(await verdictOn(await pretended.issue("forged"))).toEqual(denied("certificate-untrusted", 1));
  });

  test("another authority of the same name is another one", async () => {
    await serve([home.identity.certificate]);
    const twin = await Authority.root(folder, "home");

    expect(await verdictOn(await twin.issue("kitchen"))).toEqual(denied("certificate-untrusted", 1));
  });

  test.each(["root", "intermediate"])("a certificate under an expired %s is denied", async (what) => {
    const past = { from: LONG_AGO, until: YESTERDAY };
    const root = await Authority.root(folder, "root", what === "root" ? past : {});
    const authority = what === "root" ? root : await root.intermediate(folder, "expired", past);
    await serve([root.identity.certificate]);

    expect(await verdictOn(await authority.issue("leaf"))).toEqual(denied("certificate-untrusted", 1));
  });
});

function present(identity: Identity | undefined): Identity {
  if (identity === undefined) throw new Error("it is made before the tests");
  return identity;
}
