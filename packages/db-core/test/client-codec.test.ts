import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { StoredRecord } from "../src/backend/contract.ts";
import { parseRecord } from "../src/backend/record.ts";
import { upgradeRecord } from "../src/backend/schema.ts";
import type { Client } from "../src/client.ts";
import { recordText } from "../src/conformance/bed/records.ts";
import { newRecord, toClient, toSecrets, withFields } from "../src/database/client-codec.ts";
import { validFields } from "../src/database/validate.ts";
import { exactNumber, stringifyJson } from "../src/json.ts";
import type { JsonObject } from "../src/json.ts";
import { Keyring } from "../src/sealing/keyring.ts";
import { Sealer } from "../src/sealing/sealer.ts";

const unsealed = new Sealer(new Keyring(undefined), null);
const record = (fields: JsonObject = {}): StoredRecord => ({ client_id: 1, api_key: "key", ...fields });

describe("a client from its record", () => {
  test.each<[string, JsonObject, Partial<Client>]>([
    [
      "fields that are absent",
      {},
      { name: "", isAdmin: false, lastSeen: null, allowedTypes: [], canEscalate: true },
    ],
    [
      "columns that are null deny, as they do in Python",
      { name: null, can_escalate: null, can_broadcast: null, allowed_types: null, metadata: null },
      {
        name: "",
        canEscalate: false,
        canBroadcast: false,
        canPropagate: true,
        allowedTypes: [],
        metadata: {},
      },
    ],
    ["flags of SQLite", { is_admin: 1, can_propagate: 0 }, { isAdmin: true, canPropagate: false }],
    ["lists that cjson emptied", { allowed_types: {} }, { allowedTypes: [] }],
    ["never seen", { last_seen: -1 }, { lastSeen: null }],
    ["seen at the epoch", { last_seen: 0 }, { lastSeen: 0 }],
    ["seen at an exact number", { last_seen: exactNumber("1755264536.0") }, { lastSeen: 1755264536 }],
    [
      "unknown fields overwrite nothing in the metadata",
      { site_id: "attic", role: "field", metadata: { role: "metadata" } },
      { metadata: { site_id: "attic", role: "metadata" } },
    ],
    [
      "what has a field of its own is not shown as metadata",
      {
        metadata: { skill_blacklist: ["s"], intent_blacklist: ["i"], hivemind_db: { secret: 1 }, role: "op" },
      },
      { skillBlacklist: ["s"], intentBlacklist: ["i"], metadata: { role: "op" } },
    ],
    [
      "the lists of schema 1",
      { skill_blacklist: ["s"], intent_blacklist: null, message_blacklist: ["m"] },
      { skillBlacklist: ["s"], intentBlacklist: [], metadata: {} },
    ],
    ["a tombstone", { api_key: "revoked" }, { revoked: true }],
  ])("%s", (_what, stored, client) => {
    expect(toClient(record(stored))).toMatchObject(client);
  });

  test("shows no secret", () => {
    const client = toClient(
      record({ password: "canary", crypto_key: "canary-canary-ca", api_key: "canary" }),
    );

    expect(stringifyJson(client as unknown as JsonObject)).not.toContain("canary");
  });

  test("an empty secret is none", () => {
    expect(toSecrets(record({ password: "", crypto_key: null }), new Keyring(undefined))).toEqual({
      accessKey: "key",
      password: null,
      cryptoKey: null,
      secretMetadata: {},
    });
  });
});

describe("a record with fields set", () => {
  const stored = record({
    site_id: "attic",
    name: "before",
    metadata: { role: "op", skill_blacklist: ["s"], hivemind_db: { certificates: [] } },
  });

  test.each<[string, Parameters<typeof validFields>[0], JsonObject]>([
    ["one field", { name: "after" }, { ...stored, name: "after" }],
    ["never seen", { lastSeen: null }, { ...stored, last_seen: -1 }],
    ["no password", { password: null }, { ...stored, password: null }],
    [
      "a list that is in the metadata",
      { intentBlacklist: ["i"] },
      { ...stored, metadata: { ...(stored["metadata"] as JsonObject), intent_blacklist: ["i"] } },
    ],
    [
      "an empty list is absent",
      { skillBlacklist: [] },
      { ...stored, metadata: { role: "op", hivemind_db: { certificates: [] } } },
    ],
    [
      "metadata replaces all that was shown as metadata, and nothing else",
      { metadata: { new: true } },
      {
        client_id: 1,
        api_key: "key",
        name: "before",
        metadata: { new: true, skill_blacklist: ["s"], hivemind_db: { certificates: [] } },
      },
    ],
  ])("%s", (_what, fields, expected) => {
    expect(withFields(stored, validFields(fields), unsealed)).toEqual(expected);
    expect(stored["name"]).toBe("before");
  });

  test("nothing set is only the upgrade", () => {
    const old = record({ skill_blacklist: ["s"], message_blacklist: [], ["__proto__"]: "data" });

    expect(stringifyJson(withFields(old, {}, unsealed))).toBe(stringifyJson(upgradeRecord(old)));
    expect(Object.hasOwn(withFields(old, { name: "a" }, unsealed), "__proto__")).toBe(true);
  });

  test("what is set is what is read back, for every field", () => {
    const text = fc.string({ unit: "grapheme" });
    const list = fc.array(text, { maxLength: 3 });
    const fields = fc.record(
      {
        name: text,
        description: text,
        isAdmin: fc.boolean(),
        lastSeen: fc.option(fc.double({ min: 0, noNaN: true, noDefaultInfinity: true })),
        allowedTypes: list,
        canBroadcast: fc.boolean(),
        canEscalate: fc.boolean(),
        canPropagate: fc.boolean(),
        skillBlacklist: list,
        intentBlacklist: list,
        metadata: fc.dictionary(text, text),
      },
      { requiredKeys: [] },
    );

    fc.assert(
      fc.property(fields, (given) => {
        const before = toClient(stored);
        const entry = parseRecord(1, stringifyJson(withFields(stored, validFields(given), unsealed)));
        expect(entry.record && toClient(entry.record)).toEqual({ ...before, ...given });
      }),
    );
  });
});

test("a new record is what a Python hub would have written", () => {
  const made = newRecord(7, validFields({ accessKey: "key-7" }) as { accessKey: string }, unsealed);

  expect(made).toEqual(JSON.parse(recordText(7, { name: "HiveMind-Node-7" })));
});
