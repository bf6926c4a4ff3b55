/** Certificates that are none, or were changed on the way, and keys that are no seal keys. */
import { X509Certificate } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createDatabase } from "@hivemind/db-core";
import memory from "@hivemind/db-core/memory";
import * as fc from "fast-check";
import { makeCertificates } from "../../../redis/src/certificates.ts";
import { promise } from "../trial.ts";
import { json as anyJson, mutated, text } from "./arbitraries.ts";
import { onlyOurs } from "./only-ours.ts";
import type { Surface } from "./surface.ts";

export const certificates: Surface = {
  name: "certificates and seal keys",
  proves:
    "any bytes for a certificate or a seal key are answered in our words, and let in nobody but its owner",
  prepare: async () => {
    const folder = mkdtempSync(join(tmpdir(), "hivemind-torture-certificates-"));
    const { client: owner, server } = await makeCertificates(folder);
    const [pem, other] = [readFileSync(owner.cert), readFileSync(server.cert)];
    const certificate = new X509Certificate(pem);
    rmSync(folder, { recursive: true });
    const db = createDatabase(memory, {}, { create: true });
    await db.open();
    const { client } = await db.addClient({ name: "owner" });
    const { client: stranger } = await db.addClient({ name: "stranger" });
    await db.addCertificate(client.id, pem);
    const presented = fc.oneof(
      fc.constant(pem),
      mutated(pem),
      mutated(pem).map(String),
      mutated(certificate.raw),
      mutated(Buffer.concat([pem, other])),
      fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
      text,
      anyJson,
    );
    const seal = fc.oneof(text, fc.uint8Array({ maxLength: 80 }), anyJson);
    return {
      property: fc.asyncProperty(presented, seal, async (input, key) => {
        const given = input as Buffer;
        const shown = parsed(given);
        const credential = { certificate: (shown ?? given) as X509Certificate };
        const verdict = await onlyOurs(() => db.authenticate(credential), { mistakes: true });
        if (verdict?.allowed === true) {
          promise(verdict.client.id === client.id, () => `client ${verdict.client.id} was admitted`);
          const fingerprint256 = shown?.fingerprint256;
          promise(fingerprint256 === certificate.fingerprint256, () => "another certificate was admitted");
        }
        const added = await onlyOurs(() => db.addCertificate(stranger.id, given), { mistakes: true });
        if (added !== undefined) await db.removeCertificate(stranger.id, added.fingerprint);
        await onlyOurs(() => sealed(key), { mistakes: true });
        const still = await db.authenticate({ certificate });
        promise(still.allowed, () => "the owner is not admitted any more");
      }) as never,
      dispose: () => db.close(),
    };
  },
};

/** What a TLS socket would have made of it. */
function parsed(bytes: Buffer): X509Certificate | undefined {
  try {
    return new X509Certificate(bytes);
  } catch {
    return undefined;
  }
}

async function sealed(key: unknown): Promise<void> {
  const db = createDatabase(memory, {}, { create: true, seal: { key: key as string } });
  await db.open();
  try {
    const { client, secrets } = await db.addClient({ password: "a password" });
    const found = await db.secrets(client.id);
    promise(found?.password === secrets.password, () => "what was sealed does not open again");
  } finally {
    await db.close();
  }
}
