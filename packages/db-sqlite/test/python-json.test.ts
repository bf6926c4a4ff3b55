/** What json.dumps of Python writes, expected as Python has written it. */
import { expect, test } from "vitest";
import { pythonJson } from "../src/python-json.ts";

test.each<[text: string, python: string]>([
  ["plain", '"plain"'],
  ['"', String.raw`"\""`],
  ["\\", String.raw`"\\"`],
  ["\n\t\u0001", String.raw`"\n\t\u0001"`],
  ["\u007f", String.raw`"\u007f"`],
  ["ä🐝\u2028", String.raw`"\u00e4\ud83d\udc1d\u2028"`],
  ["~ !#[]", '"~ !#[]"'],
])("json.dumps of %j", (text, python) => {
  expect(pythonJson(text)).toBe(python);
  expect(pythonJson([text, [text]])).toBe(`[${python}, [${python}]]`);
  expect(pythonJson({ [text]: text, b: [] })).toBe(`{${python}: ${python}, "b": []}`);
});
