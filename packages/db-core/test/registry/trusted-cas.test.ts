import { X509Certificate } from "node:crypto";
import { describe, expect, test } from "vitest";
import { EXPIRED, KITCHEN } from "../../src/conformance/seeds/certificates.ts";
import memory from "../../src/memory/plugin.ts";
import { openDatabase, resolvePlugin } from "../../src/registry/index.ts";
import { Authority } from "../credentials/support/authority.ts";
import { temporaryFolder, writeTree } from "./support/temporary-folder.ts";

const MODULE = memory.name;

async function config(
  trusted_cas: unknown,
  files: { readonly [path: string]: string } = {},
): Promise<string> {
  const folder = await temporaryFolder();
  await writeTree(folder, { ...files, "server.json": { database: { module: MODULE, trusted_cas } } });
  return `${folder}/server.json`;
}

describe("database.trusted_cas", () => {
  test("names files beside the config: who has none of theirs is denied", async () => {
    const folder = await temporaryFolder();
    const home = await Authority.root(folder, "home");
    const path = await config(["ca/home.pem"], { "ca/home.pem": home.identity.certificate });

    const db = await openDatabase(path, { plugins: [memory], create: true });

    await db.addClients([{}, {}]);
    await db.addCertificate(1, KITCHEN);
    const hall = new X509Certificate((await home.issue("hall")).certificate);
    await db.addCertificate(2, hall);
    expect(await db.authenticate({ certificate: KITCHEN })).toMatchObject({
      reason: "certificate-untrusted",
    });
    expect(await db.authenticate({ certificate: hall })).toMatchObject({ allowed: true, client: { id: 2 } });
    await db.close();
  });

  test("may be one path, and the option of openDatabase counts before it", async () => {
    const home = await Authority.root(await temporaryFolder(), "home");
    const path = await config("home.pem", { "home.pem": home.identity.certificate });

    expect((await resolvePlugin(path, { plugins: [memory] })).trustedCas).toEqual([
      home.identity.certificate,
    ]);
    const db = await openDatabase(path, { plugins: [memory], create: true, trustedCas: [] });
    await db.close();
  });

  test.each([undefined, null])("%s: what an operator has added is trusted", async (nothing) => {
    const db = await openDatabase(await config(nothing), { plugins: [memory], create: true });
    await db.addClient();
    await db.addCertificate(1, KITCHEN);

    expect(await db.authenticate({ certificate: KITCHEN })).toMatchObject({ allowed: true });
    await db.close();
  });

  test.each([
    ["a file that is not there", "absent.pem", /absent\.pem: there is no such file/],
    ["a client's certificate", "client.pem", /client\.pem: .*is no CA/],
    ["a private key", "key.pem", /key\.pem: .*private key/],
    ["a number", 1, /given .*number.*; it must be the path/],
    ["nothing of a list", [""], /it must be the path/],
  ])("%s is refused before the store is opened", async (_, given, message) => {
    const key = "-----BEGIN PRIVATE KEY-----\nsecret\n-----END PRIVATE KEY-----\n";
    const path = await config(given, { "client.pem": EXPIRED.toString(), "key.pem": key });

    const opening = openDatabase(path, { plugins: [memory], create: true });

    await expect(opening).rejects.toMatchObject({
      code: "invalid",
      message: expect.stringMatching(message) as string,
    });
    await expect(opening).rejects.toThrow(/^database\.trusted_cas: (?!.*secret)/);
  });
});
