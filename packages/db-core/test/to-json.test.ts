import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { exactNumber, parseJson, stringifyJson, toJson } from "../src/json.ts";
import type { JsonObject } from "../src/json.ts";

describe("toJson", () => {
  test.each([
    ["lists", (inner: unknown) => [inner]],
    ["objects", (inner: unknown) => ({ inner })],
  ])("%s in each other: as deep as what is read may be, and no deeper", (_, around) => {
    const nested = (levels: number): unknown => (levels === 0 ? 1 : around(nested(levels - 1)));
    const text = stringifyJson(toJson(nested(256)));
    expect(stringifyJson(parseJson(text))).toBe(text);
    expect(() => toJson(nested(257))).toThrow(/nested deeper than 256 levels/);
  });

  test("a key that objects have by themselves is data", () => {
    const given = JSON.parse('{"__proto__":1,"constructor":2,"toString":3}') as object;
    expect(JSON.stringify(toJson(given))).toBe(JSON.stringify(given));
  });

  test("a JSON value is taken as it is", () => {
    fc.assert(
      fc.property(fc.jsonValue({ stringUnit: "grapheme" }), (value) => {
        // As text first: -0 is 0 there, and is a test of its own.
        const json: unknown = JSON.parse(JSON.stringify(value));
        expect(toJson(json)).toEqual(json);
      }),
    );
  });

  test("what it answers shares nothing with what it was given", () => {
    const given = { list: [{ deep: "value" }] };

    const json = toJson(given) as { list: readonly { deep: string }[] };
    given.list.push({ deep: "later" });

    expect(json).toEqual({ list: [{ deep: "value" }] });
    expect(Object.isFrozen(json.list[0])).toBe(true);
  });

  test("numbers that JSON text would lose are exact", () => {
    expect(stringifyJson(toJson([2n ** 64n, -0, exactNumber("1.0")]))).toBe(
      "[18446744073709551616,-0.0,1.0]",
    );
  });

  test("a property that is undefined is left out, and one named __proto__ is data", () => {
    const given = { gone: undefined, ["__proto__"]: 1 };

    expect(Object.entries(toJson(given) as JsonObject)).toEqual([["__proto__", 1]]);
  });

  const circular: unknown[] = [];
  circular.push(circular);
  const sparse: unknown[] = [1];
  sparse[2] = 3;
  test.each([
    ["NaN", { a: [Number.NaN] }, "value.a[0]"],
    ["Infinity", Number.NEGATIVE_INFINITY, "value"],
    ["undefined in a list", [undefined], "value[0]"],
    ["a hole in a list", { list: sparse }, "value.list[1]"],
    ["a function", { call: () => 1 }, "value.call"],
    ["a symbol", Symbol("s"), "value"],
    ["a date", { at: new Date(0) }, "value.at"],
    ["a map", new Map(), "value"],
    ["a lone surrogate", ["\ud800"], "value[0]"],
    ["a lone surrogate in a key", { "\ud800": 1 }, "value"],
    ["what holds itself", circular, "value[0]"],
  ])("%s is refused, with its place", (_what, value, place) => {
    const error = thrownBy(() => toJson(value)) as TypeError;

    expect(error).toBeInstanceOf(TypeError);
    expect(error.message).toContain(place);
  });
});

function thrownBy(call: () => unknown): unknown {
  try {
    return call();
  } catch (error) {
    return error;
  }
}
