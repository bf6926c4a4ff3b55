import { describe, expect, it } from "vitest";
import { escapeJson, escapeMessage, escapeText } from "../src/output/escape.ts";

describe("escapeText", () => {
  it.each([
    ["a line feed", "a\nb", "a\\nb"],
    ["a carriage return", "a\rb", "a\\rb"],
    ["a tab", "a\tb", "a\\tb"],
    ["a null", "a\0b", "a\\x00b"],
    ["a backspace", "a\bb", "a\\x08b"],
    ["a delete", "a\u007Fb", "a\\x7fb"],
    ["an ANSI colour", "\u001B[31mred\u001B[0m", "\\x1b[31mred\\x1b[0m"],
    ["an ANSI cursor movement", "\u001B[2A\u001B[K", "\\x1b[2A\\x1b[K"],
    ["an OSC title", "\u001B]0;owned\u0007", "\\x1b]0;owned\\x07"],
    ["a C1 control sequence introducer", "\u009B31m", "\\x9b31m"],
    ["a next-line", "a\u0085b", "a\\x85b"],
    ["a line separator", "a\u2028b\u2029c", "a\\u2028b\\u2029c"],
    ["bidi overrides", "\u202Etac\u202C\u202Dtac", "\\u202etac\\u202c\\u202dtac"],
    ["bidi embeddings", "\u202Aa\u202Bb", "\\u202aa\\u202bb"],
    ["bidi isolates", "\u2066a\u2067b\u2068c\u2069", "\\u2066a\\u2067b\\u2068c\\u2069"],
    ["bidi marks", "\u200Ea\u200Fb\u061C", "\\u200ea\\u200fb\\u061c"],
    [
      "zero-width characters",
      "ad\u200Bm\u200Ci\u200Dn\u2060\uFEFF",
      "ad\\u200bm\\u200ci\\u200dn\\u2060\\ufeff",
    ],
    ["a soft hyphen", "ad\u00ADmin", "ad\\xadmin"],
    ["a Hangul filler", "a\u3164b", "a\\u3164b"],
    ["a blank Braille pattern", "a\u2800b", "a\\u2800b"],
    ["invisible tags", "a\u{E0041}b", "a\\u{e0041}b"],
    ["a variation selector on a letter", "a\uFE0Fb", "a\\ufe0fb"],
    ["a no-break space", "a\u00A0b", "a\\xa0b"],
    ["a private-use character", "a\uE000b", "a\\ue000b"],
    ["an unassigned character", "a\u0378b", "a\\u0378b"],
    ["a lone surrogate", "a\uD800b", "a\\ud800b"],
    ["a backslash", "a\\nb", "a\\\\nb"],
    ["a space at either end", " a ", "\\x20a\\x20"],
    ["spaces like the gap of a table", "bob   admin", "bob \\x20\\x20admin"],
    ["nothing but a space", " ", "\\x20"],
    ["a mark on nothing", "\u0301a \u0302b", "\\u0301a \\u0302b"],
    ["marks over other lines", `a${"\u0301".repeat(6)}b`, `a${"\u0301".repeat(4)}\\u0301\\u0301b`],
  ])("escapes %s", (_, text, shown) => {
    expect(escapeText(text)).toBe(shown);
  });

  it.each([
    "kitchen-satellite",
    "two words",
    "Säule Ümläut 東京 🐝",
    "Zoe\u0308",
    "שָׁלוֹם",
    "مرحبا 12",
    "สวัสดี",
    "नमस्ते",
    "한국어",
    "🖥\uFE0F desk",
    "👍🏽",
    "🇩🇪",
    `quotes "'\``,
  ])("leaves %s as it is", (text) => {
    expect(escapeText(text)).toBe(text);
  });

  it("shows different texts differently", () => {
    const texts = ["a\nb", "a\\nb", "a\\x0ab", "a b", "a  b", "a\u00A0b", "a\\xa0b", "a\u200Bb", "ab", " ab"];
    expect(new Set(texts.map(escapeText)).size).toBe(texts.length);
  });
});

describe("escapeMessage", () => {
  it("keeps line breaks and paths, and escapes what acts on a terminal", () => {
    expect(escapeMessage("in C:\\hive:\n  \u001B[2J\u202E")).toBe("in C:\\hive:\n  \\x1b[2J\\u202e");
  });
});

describe("escapeJson", () => {
  it("spells the same value without what acts on a terminal", () => {
    const value = { "\u202Ekey": "\u009B31m\u007F\u200B\u{E0041}\u00A0 \\ 👩‍💻", plain: "東京" };
    const json = escapeJson(JSON.stringify(value, undefined, 2));
    expect(JSON.parse(json)).toEqual(value);
    expect(json).toContain("東京");
    expect(json).toMatch(/^[\n\u0020-\u007E東京👩💻]*$/u);
  });
});
