import { generateKeyPairSync } from "node:crypto";
import { inspect } from "node:util";
import { describe, expect, test } from "vitest";
import { HALL, KITCHEN } from "../../src/conformance/seeds/certificates.ts";
import {
  fingerprintOf,
  parseCertificate,
  parseFingerprint,
} from "../../src/credentials/parse-certificate.ts";
import { isDbError } from "../../src/errors.ts";

const [PEM, DER] = [KITCHEN.toString(), KITCHEN.raw];
const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
const PRIVATE = privateKey.export({ type: "pkcs8", format: "pem" }).toString();
const SEC1 = privateKey.export({ type: "sec1", format: "pem" }).toString();
const PUBLIC = publicKey.export({ type: "spki", format: "pem" }).toString();
const CANARY = "canary-of-a-passphrase";

describe("one certificate is taken", () => {
  test.each([
    ["PEM text", PEM],
    [
      "PEM text among other lines",
      `subject=CN = kitchen\r\n\r\n${PEM.replaceAll("\n", "\r\n")}\n# the kitchen's`,
    ],
    ["PEM as bytes", new TextEncoder().encode(PEM)],
    ["DER", DER],
    ["DER in a view on a larger buffer", Buffer.concat([Buffer.alloc(7), DER]).subarray(7)],
    ["an X509Certificate", KITCHEN],
  ])("from %s", (_, given) => {
    expect(fingerprintOf(parseCertificate(given))).toBe(fingerprintOf(KITCHEN));
  });
});

describe("what is not exactly one certificate is invalid, and nothing of it is quoted", () => {
  test.each([
    ["a chain", PEM + HALL.toString(), /2 PEM blocks.*not its chain/],
    ["a chain as DER", Buffer.concat([DER, HALL.raw]), /something follows/],
    ["a private key", PRIVATE, /private key/],
    ["a private key before the certificate", PRIVATE + PEM, /private key/],
    ["a private key behind the certificate, as bytes", Buffer.from(PEM + SEC1), /private key/],
    ["a private key as DER", privateKey.export({ type: "pkcs8", format: "der" }), /cannot be read as X\.509/],
    ["a public key", PUBLIC, /no certificate/],
    ["a request", PEM.replaceAll("CERTIFICATE", "CERTIFICATE REQUEST"), /have a CA sign it/],
    ["a PEM block cut off", PEM.slice(0, 200), /cannot be read/],
    ["a PEM block of something else", PEM.replace("MII", "AAA"), /cannot be read/],
    ["a text", CANARY, /no PEM block/],
    ["bytes", Buffer.from(CANARY), /cannot be read/],
    ["nothing", "", /no PEM block/],
    ["no bytes", new Uint8Array(), /cannot be read/],
    ["far too much", `${PEM}${" ".repeat(70_000)}`, /more than 65536 bytes/],
  ])("%s", (_, given, message) => {
    let error: unknown;
    try {
      parseCertificate(given);
    } catch (thrown) {
      error = thrown;
    }

    expect(isDbError(error) && error.code).toBe("invalid");
    expect(error).toMatchObject({ message: expect.stringMatching(message) as string });
    const shown = inspect(error, { depth: Infinity, showHidden: true });
    const lines = (typeof given === "string" ? given : Buffer.from(given).toString("latin1")).split("\n");
    for (const line of lines.filter((text) => text.trim().length > 15 && !text.startsWith("-----"))) {
      expect(shown).not.toContain(line.trim());
    }
  });

  test.each([undefined, null, 1, {}, [PEM]])("%j is a mistake of the caller", (given) => {
    expect(() => parseCertificate(given as string)).toThrow(TypeError);
  });
});

describe("a fingerprint", () => {
  test("is taken as openssl prints it, and as it is stored", () => {
    const stored = fingerprintOf(KITCHEN);

    expect(stored).toMatch(/^[\da-f]{64}$/);
    expect(parseFingerprint(KITCHEN.fingerprint256)).toBe(stored);
    expect(parseFingerprint(` ${stored.toUpperCase()}\n`)).toBe(stored);
  });

  test.each(["", "ab", "g".repeat(64), KITCHEN.fingerprint, "a".repeat(65)])("is not %j", (text) => {
    expect(() => parseFingerprint(text)).toThrow(/64 hex digits/);
  });
});
