import { describe, expect, test } from "vitest";
import type { ClientFields } from "../src/client.ts";
import { validFields } from "../src/database/validate.ts";
import { isDbError } from "../src/errors.ts";
import { parseJson, stringifyJson } from "../src/json.ts";

function errorOf(fields: unknown): unknown {
  try {
    validFields(fields as Partial<ClientFields>);
  } catch (error) {
    return error;
  }
  return undefined;
}

/** As `delete list[0]` leaves it. */
function withHole(item: unknown): unknown[] {
  const list: unknown[] = [];
  list[1] = item;
  return list;
}

describe("what can be stored", () => {
  test.each<Partial<ClientFields>>([
    {},
    { name: "", description: "\u0000 \u2028 🐝" },
    { lastSeen: 0 },
    { lastSeen: null },
    { allowedTypes: [""], skillBlacklist: [], intentBlacklist: ["a"] },
    { accessKey: "Revoked" },
    { accessKey: "revoked " },
    { password: null, cryptoKey: null },
    // 16 characters to Python, 32 UTF-16 units.
    { cryptoKey: "🐝".repeat(16) },
  ])("%j", (fields) => {
    expect(validFields(fields)).toEqual(fields);
  });

  test("metadata, exact to the digit", () => {
    const { metadata } = validFields({ metadata: { big: 2n ** 64n, ["__proto__"]: [1.5] } });

    expect(stringifyJson(metadata ?? null)).toBe('{"big":18446744073709551616,"__proto__":[1.5]}');
  });

  test("a field that is undefined counts as left out", () => {
    expect(validFields({ name: undefined } as object)).toEqual({});
  });

  test("lists and metadata are copied, and frozen", () => {
    const given = { allowedTypes: ["speak"], metadata: { list: [1] } };

    const valid = validFields(given);
    given.allowedTypes.push("later");
    given.metadata.list.push(2);

    expect(valid).toEqual({ allowedTypes: ["speak"], metadata: { list: [1] } });
    expect(Object.isFrozen(valid.allowedTypes)).toBe(true);
    expect(Object.isFrozen(valid.metadata?.["list"])).toBe(true);
  });
});

describe("what cannot be stored, by the name of its field", () => {
  test.each<[keyof ClientFields, unknown]>([
    ["name", 7],
    ["name", null],
    ["name", "\ud800"],
    ["description", ["a"]],
    ["isAdmin", 1],
    ["canBroadcast", "true"],
    ["canEscalate", null],
    ["canPropagate", 0],
    ["lastSeen", -1],
    ["lastSeen", Number.NaN],
    ["lastSeen", Number.POSITIVE_INFINITY],
    ["lastSeen", new Date(0)],
    ["allowedTypes", "speak"],
    ["allowedTypes", [1]],
    ["allowedTypes", withHole("speak")],
    ["skillBlacklist", withHole("alarm")],
    ["intentBlacklist", withHole("stop")],
    ["skillBlacklist", ["\udfff"]],
    ["intentBlacklist", null],
    ["accessKey", ""],
    ["accessKey", "revoked"],
    ["accessKey", null],
    ["password", ""],
    ["password", 1234],
    ["cryptoKey", ""],
    ["cryptoKey", "fifteen letters"],
    ["cryptoKey", "🐝".repeat(8)],
    ["metadata", null],
    ["metadata", []],
    ["metadata", "{}"],
    ["metadata", new Map()],
    ["metadata", { at: new Date(0) }],
    ["metadata", { gain: Number.NaN }],
    ["metadata", { skill_blacklist: [] }],
    ["metadata", { intent_blacklist: [] }],
    ["metadata", { message_blacklist: [] }],
    ["metadata", { hivemind_db: {} }],
    ["metadata", { list: withHole(1) }],
    ["metadata", { deep: [{ list: [withHole(1)] }] }],
    ["secretMetadata", { list: withHole(1) }],
  ])("%s: %j", (field, value) => {
    const error = errorOf({ [field]: value });

    if (!isDbError(error)) throw error;
    expect(error.code).toBe("invalid");
    expect(error.message).toContain(field);
  });

  test("no secret is quoted", () => {
    const secrets = [
      { password: ["canary"] },
      { cryptoKey: "canary" },
      { accessKey: { canary: true } },
      { metadata: { token: ["canary", Number.NaN] } },
    ];

    for (const fields of secrets) expect(String(errorOf(fields))).not.toContain("canary");
  });
});

describe("mistakes of the caller", () => {
  test.each<object>([
    { id: 1 },
    { colour: "blue" },
    { constructor: "a" },
    { ["__proto__"]: "a" },
    { api_key: "a" },
  ])("a field that no client has: %j", (fields) => {
    expect(errorOf(fields)).toBeInstanceOf(TypeError);
  });

  test.each([undefined, null, "name", 7, [], Promise.resolve({})])("no object of fields: %s", (fields) => {
    expect(errorOf(fields)).toBeInstanceOf(TypeError);
  });
});

test("what can be stored can be read again, at the greatest depth too", () => {
  const nested = (depth: number): unknown => (depth === 0 ? 1 : [nested(depth - 1)]);
  const roundTrip = (depth: number): unknown => {
    const { metadata = {} } = validFields({ metadata: { a: nested(depth) } });
    return parseJson(stringifyJson({ metadata }));
  };
  const deepest = [260, 259, 258, 257, 256, 255, 254, 253].find(
    (depth) => errorOf({ metadata: { a: nested(depth) } }) === undefined,
  );

  expect(deepest).toBeGreaterThan(250);
  expect(() => roundTrip(deepest ?? 0)).not.toThrow();
  expect(errorOf({ metadata: { a: nested(1000) } })).toMatchObject({ code: "invalid" });
  expect(String(errorOf({ metadata: { a: nested(1000) } })).length).toBeLessThan(120);
});
