import { describe, expect, test } from "vitest";
import { ObjectText } from "../src/object-text.ts";
import { ObjectTextError, parseObjectText } from "../src/object-text-parser.ts";

describe("the text of an object", () => {
  test.each([
    "{}",
    " { } \n",
    '{"a":1}',
    '{\n  "a": [1, {"b": "}]"}],\n  "c": "\\"\\\\"\n}\n',
    '// head\n{\n  # one "quoted", } and {\n  "a": 1,\n\t// two\n "b": 2\n}\n# end',
    '{"a": NaN, "b": -Infinity}',
    '{"a": 1, "a": 2}',
  ])("comes back as it was: %s", (text) => {
    expect(parseObjectText(text).toString()).toBe(text);
  });

  test("a value is replaced in place, and nothing else moves", () => {
    const text = '{ "a" : 1 ,\n\t"b": [ 1,2 ] , "c": {} }';

    expect(
      parseObjectText(text)
        .with(new Map([["b", "7"]]))
        .toString(),
    ).toBe('{ "a" : 1 ,\n\t"b": 7 , "c": {} }');
  });

  test("new members go to the end, in the layout of Python's files", () => {
    const python = '{\n    "1": {\n        "a": 1\n    }\n}';

    expect(
      parseObjectText(python)
        .with(new Map([["2", "{}"]]))
        .toString(),
    ).toBe('{\n    "1": {\n        "a": 1\n    },\n    "2": {}\n}');
    expect(
      parseObjectText("{}")
        .with(new Map([["1", "{}"]]))
        .toString(),
    ).toBe('{\n    "1": {}\n}');
    expect(
      ObjectText.empty
        .with(
          new Map([
            ["1", "{}"],
            ["2", "3"],
          ]),
        )
        .toString(),
    ).toBe('{\n    "1": {},\n    "2": 3\n}\n');
  });

  test("setting a key removes its earlier occurrences, wherever they are", () => {
    const text = '{"a": 1, "b": 2, "a": 3, "c": 4, "a": 5}';

    expect(
      parseObjectText(text)
        .with(new Map([["a", "9"]]))
        .toString(),
    ).toBe('{ "b": 2, "c": 4, "a": 9}');
    expect(parseObjectText(text).duplicateKeys()).toEqual(["a", "a"]);
  });

  test("escapes in a key are understood", () => {
    expect(parseObjectText('{"\\u0031": 1}').get("1")).toBe("1");
  });

  test("random edits mean the same as on the parsed object", () => {
    let state = 7;
    const random = (below: number): number => (state = (state * 48271) % 2147483647) % below;
    let text = parseObjectText("{}");
    const model = new Map<string, unknown>();
    for (let step = 0; step < 500; step += 1) {
      const key = String(random(40));
      const value = [random(100), 'x"}],{[', { a: [{}, "\\"] }, null][random(4)];
      model.set(key, value);
      text = parseObjectText(text.with(new Map([[key, JSON.stringify(value, null, random(3))]])).toString());
      expect(JSON.parse(text.toString())).toEqual(Object.fromEntries(model));
    }
  });
});

describe("what is no object", () => {
  test.each([
    "",
    "[]",
    "1",
    "{",
    '{"a"',
    '{"a":',
    '{"a":1',
    '{"a":1,}',
    '{"a":}',
    '{"a" 1}',
    "{a: 1}",
    "{} x",
    '{"a": "',
    '{"a": [}',
  ])("%s", (text) => {
    expect(() => parseObjectText(text)).toThrow(ObjectTextError);
  });
});
