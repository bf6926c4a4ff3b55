import { describe, expect, test } from "vitest";
import { KITCHEN } from "../../src/conformance/seeds/certificates.ts";
import { createDatabase } from "../../src/database/create-database.ts";
import memory from "../../src/memory/plugin.ts";

describe("what is none of a CA is refused before anything is opened", () => {
  test.each([
    ["a client's certificate", KITCHEN.toString(), /is no CA/],
    ["no certificate", "no PEM", /no PEM certificate/],
    ["a cut-off one", "-----BEGIN CERTIFICATE-----\nMII", /cut off/],
    ["a private key", "-----BEGIN PRIVATE KEY-----\nMII\n-----END PRIVATE KEY-----", /private key/],
  ])("%s", (_, pem, message) => {
    expect(() => createDatabase(memory, {}, { trustedCas: [pem] })).toThrow(message);
  });

  test("a text in place of the list", () => {
    const trustedCas = KITCHEN.toString() as unknown as readonly string[];

    expect(() => createDatabase(memory, {}, { trustedCas })).toThrow(TypeError);
  });
});
