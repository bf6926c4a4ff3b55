import { inspect } from "node:util";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  exactNumber,
  isExactNumber,
  isJsonObject,
  JsonSyntaxError,
  numberOf,
  parseJson,
  sameJson,
  stringifyJson,
} from "../src/json.ts";
import type { Json, JsonObject } from "../src/json.ts";

const numberText = fc.oneof(
  fc.stringMatching(/^-?(?:0|[1-9][0-9]{0,25})(?:\.[0-9]{1,20})?(?:[eE][+-]?[0-9]{1,3})?$/),
  fc.constantFrom("1.0", "-0.0", "-0", "1e+22", "1e-07", "9007199254740993", "1E400", "0.1", "5e-324"),
);
const stringText = fc.string({ unit: "binary" }).map((text) => stringifyJson(text));
/** JSON texts without white space, as they come out again: integer-like keys would change places. */
const { text: jsonText } = fc.letrec<{ text: string }>((tie) => ({
  text: fc.oneof(
    { maxDepth: 4 },
    numberText,
    stringText,
    fc.constantFrom("null", "true", "false"),
    fc.array(tie("text")).map((items) => `[${items.join(",")}]`),
    fc.uniqueArray(fc.tuple(stringText, tie("text")), { selector: ([key]) => key }).map(toObjectText),
  ),
}));

function toObjectText(entries: [string, string][]): string {
  return `{${entries.map(([key, value]) => `"k${key.slice(1)}:${value}`).join(",")}}`;
}

describe("parseJson and stringifyJson", () => {
  test("every text comes back as it was", () => {
    fc.assert(
      fc.property(jsonText, (text) => {
        expect(stringifyJson(parseJson(text))).toBe(text);
      }),
    );
  });

  test("white space, as Python and we write it, makes no difference to the values", () => {
    fc.assert(
      fc.property(jsonText, (text) => {
        const spread = stringifyJson(parseJson(text), 4);
        expect(stringifyJson(parseJson(spread))).toBe(text);
      }),
    );
  });

  test("numbers that JavaScript holds are numbers, the others keep their text", () => {
    const value = parseJson('{"a": 1.5, "b": 9007199254740993, "c": [1.0,-0.0]}') as JsonObject;

    expect(value["a"]).toBe(1.5);
    expect(isExactNumber(value["b"])).toBe(true);
    expect((value["c"] as readonly Json[]).map(isExactNumber)).toEqual([true, true]);
  });

  test("digits in a text are no number", () => {
    expect(parseJson('{"a": "1.0, 2.0", "b": ":9007199254740993"}')).toEqual({
      a: "1.0, 2.0",
      b: ":9007199254740993",
    });
  });

  test("what is parsed is frozen, all the way down", () => {
    const value = parseJson('{"list": [{"deep": []}]}') as { list: [{ deep: [] }] };

    for (const part of [value, value.list, value.list[0], value.list[0].deep]) {
      expect(Object.isFrozen(part)).toBe(true);
    }
  });

  test("a key named __proto__ is data", () => {
    const text = '{"__proto__":{"polluted":1.0}}';

    expect(Object.keys(parseJson(text) as JsonObject)).toEqual(["__proto__"]);
    expect(stringifyJson(parseJson(text))).toBe(text);
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  });

  test.each([
    "",
    "{",
    '{"a": NaN}',
    "[1,]",
    "[-Infinity]",
    "'a'",
    "01",
    `${"[".repeat(300)}${"]".repeat(300)}`,
  ])("%j is refused", (text) => {
    expect(() => parseJson(text)).toThrow(JsonSyntaxError);
  });

  test.each(['{"password": "canary", "a": NaN}', "canary", '["canary", 1.0', '{"canary": 1.0,}'])(
    "the error about %j quotes nothing of it",
    (text) => {
      const error: unknown = thrownBy(() => parseJson(text));

      expect(error).toBeInstanceOf(JsonSyntaxError);
      expect(inspect(error, { showHidden: true, depth: Infinity })).not.toContain("canary");
    },
  );

  test("what a Python hub splits lines on is escaped", () => {
    expect(stringifyJson("\u2028\u2029\u0085")).toBe(String.raw`"\u2028\u2029\u0085"`);
    expect(parseJson(stringifyJson({ "\u2028": "\u0085" }))).toEqual({ "\u2028": "\u0085" });
  });
});

describe("comparing", () => {
  test("the order of keys makes no difference", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (value) => {
        const reversed = Object.fromEntries(Object.entries(value).toReversed());
        expect(sameJson(value as JsonObject, reversed as JsonObject)).toBe(true);
      }),
    );
  });

  test.each<[string, string]>([
    ["1", "1.0"],
    ["0", "-0.0"],
    ["9007199254740992", "9007199254740993"],
    ["[]", "{}"],
    ["[1,2]", "[2,1]"],
    ["[1]", "[1,2]"],
    ['{"a":1}', '{"b":1}'],
    ['{"a":1}', '{"a":1,"b":2}'],
    ['{"toString":null}', "{}"],
    ['{"a":null}', '{"__proto__":null}'],
    ["null", "{}"],
    ['"1"', "1"],
  ])("%s is not %s", (a, b) => {
    expect(sameJson(parseJson(a), parseJson(b))).toBe(false);
    expect(sameJson(parseJson(b), parseJson(a))).toBe(false);
    expect(sameJson(parseJson(a), parseJson(a))).toBe(true);
  });

  test.each(['"text"', "null", "01", "1.", ".5", "NaN", "", " 1", "1}"])(
    "an exact number is not made of %s",
    (text) => {
      expect(() => exactNumber(text)).toThrow(TypeError);
    },
  );

  test("the number of a JSON number, and of nothing else", () => {
    expect([1.5, exactNumber("2.0"), exactNumber("1e400")].map(numberOf)).toEqual([1.5, 2, Infinity]);
    expect([null, "1", true, [], {}, undefined].map((value) => numberOf(value))).toEqual(
      Array(6).fill(undefined),
    );
  });

  test("a list, an exact number and null are no objects", () => {
    expect([[], exactNumber("1.0"), null, undefined, "a"].map((value) => isJsonObject(value))).toEqual(
      Array(5).fill(false),
    );
    expect(isJsonObject({})).toBe(true);
  });
});

function thrownBy(call: () => unknown): unknown {
  try {
    return call();
  } catch (error) {
    return error;
  }
}
