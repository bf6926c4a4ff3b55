import { describe, expect, it } from "vitest";
import { stringifyJson } from "@hivemind/db-core";
import { parseBoolean } from "../src/arguments/boolean.ts";
import { parseMetadata } from "../src/arguments/metadata.ts";

describe("parseBoolean", () => {
  it.each(["true", "TRUE", "True", "1", "yes", "Yes", "on", "t", "y", "Y"])("takes %s as true", (text) => {
    expect(parseBoolean(text)).toBe(true);
  });

  it.each(["false", "FALSE", "False", "0", "no", "off", "OFF", "f", "n"])("takes %s as false", (text) => {
    expect(parseBoolean(text)).toBe(false);
  });

  it.each(["", "maybe", "2", "truee", "-1"])("refuses %j and says what is allowed", (text) => {
    expect(() => parseBoolean(text)).toThrow(
      "--admin takes one of true, 1, yes, on, t, y, false, 0, no, off, f, n",
    );
  });
});

describe("parseMetadata", () => {
  it("keeps numbers digit for digit", () => {
    const text = '{"big":9007199254740993,"one":1.0}';
    expect(stringifyJson(parseMetadata(text))).toBe(text);
  });

  it.each(["", "{", "[]", "null", "1", "9007199254740993", '"text"', "NaN", '{"a": NaN}'])(
    "refuses %j",
    (text) => {
      expect(() => parseMetadata(text)).toThrow("--metadata must be a JSON object");
    },
  );
});
