import { inspect } from "node:util";
import { describe, expect, test } from "vitest";
import type { StoredRecord } from "../src/backend/contract.ts";
import {
  indexValues,
  isTombstone,
  matches,
  parseRecord,
  sameButLastSeen,
  tombstone,
  touched,
} from "../src/backend/record.ts";
import { recordText } from "../src/conformance/bed/records.ts";
import { exactNumber } from "../src/json.ts";
import type { JsonObject } from "../src/json.ts";

const record = (fields: JsonObject = {}): StoredRecord => ({ client_id: 1, api_key: "key", ...fields });

describe("what is a record", () => {
  test.each<[string, { readonly [field: string]: unknown }]>([
    ["the fields of schema 2", {}],
    [
      "only what is required",
      Object.fromEntries(["name", "metadata", "password"].map((field) => [field, undefined])),
    ],
    ["the lists of schema 1", { intent_blacklist: ["a"], skill_blacklist: null, message_blacklist: [] }],
    ["columns that were never set", { name: null, is_admin: null, last_seen: null, metadata: null }],
    ["flags as SQLite has them", { is_admin: 1, can_escalate: 0 }],
    ["lists as cjson empties them", { allowed_types: {}, metadata: { skill_blacklist: {} } }],
    ["fields that we do not know", { site_id: ["attic"], later: { nested: 1 } }],
    ["an empty access key", { api_key: "" }],
  ])("%s", (_what, fields) => {
    expect(parseRecord(1, recordText(1, fields)).record?.client_id).toBe(1);
  });

  test("a number that is exact", () => {
    expect(parseRecord(1, recordText(1, {}, { last_seen: "1755264536.0" })).record).toBeDefined();
  });

  test.each<[string, string]>([
    ["not valid JSON", '{"client_id": 1'],
    ["not valid JSON", recordText(1, {}, { metadata: '{"a": NaN}' })],
    ["not a JSON object", "[]"],
    ["not a JSON object", "null"],
    ["client_id is not the id that it is stored under", recordText(2, {})],
    ["client_id is not the id that it is stored under", recordText(1, { client_id: "1" })],
    ["client_id is not the id that it is stored under", recordText(1, {}, { client_id: "1.0" })],
    ["api_key is not a string", recordText(1, { api_key: undefined })],
    ["api_key is not a string", recordText(1, { api_key: null })],
    ["is_admin is not a boolean", recordText(1, { is_admin: 2 })],
    ["can_escalate is not a boolean", recordText(1, { can_escalate: "false" })],
    ["last_seen is not a number", recordText(1, { last_seen: "now" })],
    ["last_seen is not a number", recordText(1, {}, { last_seen: "1e400" })],
    ["allowed_types is not a list of strings", recordText(1, { allowed_types: "speak" })],
    ["allowed_types is not a list of strings", recordText(1, { allowed_types: [1] })],
    ["metadata is not an object", recordText(1, { metadata: [] })],
    [
      "skill_blacklist in metadata is not a list of strings",
      recordText(1, { metadata: { skill_blacklist: "a" } }),
    ],
  ])("%s", (reason, text) => {
    expect(parseRecord(1, text)).toMatchObject({ id: 1, reason });
  });

  test("a record under a key that is no id is not readable", () => {
    expect(parseRecord(undefined, recordText(1, {}))).toMatchObject({
      id: undefined,
      reason: "its key is no client id",
    });
  });
});

describe("a record that cannot be read", () => {
  const bad = parseRecord(
    1,
    String.raw`{"api_key": "caf\u00e9 \"1\"", "name": "東京", "password": "canary", NaN}`,
  );

  test.each(['café "1"', "東京", "canary"])("mentions %j", (value) => {
    expect(matches(bad, "accessKey", value)).toBe(true);
  });

  test.each(["café", "cafe\u0301", "canar", "nobody"])("does not mention %j", (value) => {
    expect(matches(bad, "accessKey", value)).toBe(false);
  });

  test("shows nothing of its text", () => {
    expect(inspect(bad, { showHidden: true, depth: Infinity })).not.toContain("canary");
  });
});

describe("what an index knows a record by", () => {
  const certificates = [{ sha256: "aa", label: "old" }, { sha256: "bb" }, { sha256: 7 }, "cc"];
  const client = record({ name: "name", metadata: { hivemind_db: { certificates } } });

  test("its key, its name and its certificates", () => {
    expect(indexValues(client, "accessKey")).toEqual(["key"]);
    expect(indexValues(client, "name")).toEqual(["name"]);
    expect(indexValues(client, "fingerprint")).toEqual(["aa", "bb"]);
  });

  test.each([{}, { metadata: null }, { metadata: { hivemind_db: [] } }, { metadata: { hivemind_db: {} } }])(
    "no certificate: %j",
    (fields) => {
      expect(indexValues(record(fields), "fingerprint")).toEqual([]);
    },
  );

  test("nothing where it is revoked", () => {
    const dead = { ...client, api_key: "revoked" };

    for (const index of ["accessKey", "name", "fingerprint"] as const)
      expect(indexValues(dead, index)).toEqual([]);
    expect(isTombstone(dead)).toBe(true);
    expect(isTombstone(client)).toBe(false);
  });
});

test("a tombstone holds its id and nothing else", () => {
  const { client_id, api_key, password, crypto_key, ...rest } = tombstone(7);

  expect([client_id, api_key, password, crypto_key]).toEqual([7, "revoked", null, null]);
  expect(
    Object.values(rest).every((value) => !value || value === -1 || Object.keys(value).length === 0),
  ).toBe(true);
  expect(parseRecord(7, JSON.stringify(tombstone(7))).record).toEqual(tombstone(7));
});

describe("touching a record", () => {
  test.each<[unknown, number, number | undefined]>([
    [-1, 0, 0],
    [undefined, 5, 5],
    [null, 5, 5],
    [5, 5, undefined],
    [5, 4.9, undefined],
    [5, 5.1, 5.1],
    [exactNumber("5.0"), 5, undefined],
    [exactNumber("5.0"), 6, 6],
  ])("from %s, at %d", (last_seen, seconds, expected) => {
    expect(touched(record({ last_seen } as JsonObject), seconds)?.["last_seen"]).toBe(expected);
  });

  test("a tombstone is not touched", () => {
    expect(touched(tombstone(1), 5)).toBeUndefined();
  });

  test("is no change", () => {
    expect(sameButLastSeen(record({ last_seen: 1 }), record({ last_seen: 2 }))).toBe(true);
    expect(sameButLastSeen(record({ last_seen: 1 }), record())).toBe(true);
    expect(sameButLastSeen(record({ name: "a" }), record({ name: "b" }))).toBe(false);
  });
});
