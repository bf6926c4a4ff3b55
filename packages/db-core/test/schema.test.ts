import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { StoredEntry, StoredRecord } from "../src/backend/contract.ts";
import { tombstone } from "../src/backend/record.ts";
import { migrationReport, SCHEMA, upgradeRecord } from "../src/backend/schema.ts";
import type { JsonObject } from "../src/json.ts";

const record = (fields: JsonObject): StoredRecord => ({ client_id: 1, api_key: "key", ...fields });

const list = fc.option(fc.array(fc.string(), { maxLength: 2 }));
const lists = fc.record(
  { intent_blacklist: list, skill_blacklist: list, message_blacklist: list },
  { requiredKeys: [] },
);
const anyRecord = fc
  .tuple(
    lists,
    fc.option(fc.tuple(lists, fc.dictionary(fc.string(), fc.string()))),
    fc.dictionary(fc.string(), fc.string()),
  )
  .map(([own, metadata, unknown]) =>
    record({
      ...unknown,
      ...own,
      metadata: metadata && { ...metadata[1], ...metadata[0] },
      client_id: 1,
      api_key: "key",
    }),
  );

const CONCERNED = new Set(["intent_blacklist", "skill_blacklist", "message_blacklist", "metadata"]);

function untouched(object: unknown): object {
  return Object.fromEntries(Object.entries(object ?? {}).filter(([key]) => !CONCERNED.has(key)));
}

describe("upgrading a record", () => {
  test.each<[string, JsonObject, JsonObject]>([
    [
      "moves the lists into the metadata",
      { intent_blacklist: ["i"], skill_blacklist: ["s"], metadata: { role: "op" } },
      { metadata: { intent_blacklist: ["i"], skill_blacklist: ["s"], role: "op" } },
    ],
    ["leaves empty lists behind", { intent_blacklist: [], skill_blacklist: null }, { metadata: {} }],
    [
      "overwrites nothing in the metadata",
      { skill_blacklist: ["old"], metadata: { skill_blacklist: [] } },
      { metadata: { skill_blacklist: [] } },
    ],
    [
      "drops message_blacklist in both places",
      { message_blacklist: ["m"], metadata: { message_blacklist: ["m"], role: "op" } },
      { metadata: { role: "op" } },
    ],
    [
      "makes metadata where there was none",
      { skill_blacklist: ["s"] },
      { metadata: { skill_blacklist: ["s"] } },
    ],
    [
      "keeps what it does not know",
      { site_id: "attic", message_blacklist: [] },
      { site_id: "attic", metadata: {} },
    ],
  ])("%s", (_what, before, after) => {
    expect(upgradeRecord(record(before))).toEqual(record(after));
  });

  test("gives back the same object where nothing is of schema 1", () => {
    const now = record({ metadata: { skill_blacklist: ["s"] } });

    expect(upgradeRecord(now)).toBe(now);
  });

  test("done twice is done once", () => {
    fc.assert(
      fc.property(anyRecord, (before) => {
        const once = upgradeRecord(before);
        expect(upgradeRecord(once)).toBe(once);
      }),
    );
  });

  test("keeps every other field and every other entry of the metadata", () => {
    fc.assert(
      fc.property(anyRecord, (before) => {
        const after = upgradeRecord(before);
        expect(untouched(after)).toEqual(untouched(before));
        expect(untouched(after["metadata"])).toEqual(untouched(before["metadata"]));
      }),
    );
  });

  test("a key named __proto__ stays data", () => {
    const before = record({ ["__proto__"]: "data", message_blacklist: [] });

    expect(Object.hasOwn(upgradeRecord(before), "__proto__")).toBe(true);
  });
});

const entry = (id: number, fields: JsonObject): StoredEntry => ({
  id,
  record: { ...record(fields), client_id: id },
});

describe("the report of a migration", () => {
  const entries: StoredEntry[] = [
    entry(1, { message_blacklist: ["m"], allowed_types: ["speak"] }),
    entry(2, { message_blacklist: [], allowed_types: [] }),
    entry(3, { metadata: { message_blacklist: ["m"] }, allowed_types: null }),
    { id: 4, record: tombstone(4) },
    { id: 5, reason: "bad", mentions: () => false },
    entry(6, { allowed_types: ["speak"] }),
  ];

  test("names whom it concerns, and neither the revoked nor the unreadable", () => {
    expect(migrationReport(entries, "/backup")).toEqual({
      from: 1,
      to: SCHEMA,
      droppedMessageBlacklist: [1, 3],
      emptyAllowedTypes: [2, 3],
      backup: "/backup",
    });
  });

  test("of schema 2 is an empty one, whatever its records hold", () => {
    const report = migrationReport(entries, undefined, 2);

    expect(report).toEqual({
      from: 2,
      to: 2,
      droppedMessageBlacklist: [],
      emptyAllowedTypes: [],
      backup: undefined,
    });
  });
});
