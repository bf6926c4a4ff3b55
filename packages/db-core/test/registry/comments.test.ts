import { expect, test } from "vitest";
import { stripCommentLines } from "../../src/backend/comments.ts";

test("lines that begin with // or # are blank, and every position stays what it was", () => {
  const text = '// one\n{\n  # two\n\t//three\n  "a": 1\n}\n#';

  expect(stripCommentLines(text)).toBe('      \n{\n       \n        \n  "a": 1\n}\n ');
});

test.each([
  ["Windows", "{\r\n# x\r\n}", "{\r\n   \r\n}"],
  ["old Mac", "{\r# x\r}", "{\r   \r}"],
  ["no end", "# x", "   "],
])("with line ends of %s", (_what, text, expected) => {
  expect(stripCommentLines(text)).toBe(expected);
});

test.each([
  ["a comment behind something", '{ "a": 1 } // no comment line'],
  ["signs inside of a string", '{ "a": "# x", "b": "http://example.org" }'],
  ["line separators inside of a string", '{ "a": "x\u2028# y\u2029// z\u0085# w" }'],
  ["blank lines", "\n   \n\t\n"],
])("%s is no comment line", (_what, text) => {
  expect(stripCommentLines(text)).toBe(text);
});

test("long lines of blanks take no noticeable time", () => {
  const text = `${" ".repeat(2_000_000)}\n${" \t".repeat(1_000_000)}`;
  const started = performance.now();

  expect(stripCommentLines(text)).toBe(text);
  expect(performance.now() - started).toBeLessThan(2_000);
});
