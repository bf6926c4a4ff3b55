import stringWidth from "string-width";
import { describe, expect, it } from "vitest";
import { escapeText } from "../src/output/escape.ts";
import { fitColumns } from "../src/output/fit-columns.ts";
import { layOut } from "../src/output/table.ts";

const column = (natural: number, word: number) => ({ natural, word });

describe("layOut", () => {
  it("aligns names of every width", () => {
    const names = ["plain", "東京", "🐝 bee", "🪴 plant", "สวัสดี", "नमस्ते", "Zoe\u0308", "한국어", "🖥\uFE0F"];
    const lines = layOut(
      names.map((name) => [name, "end"]),
      undefined,
    ).flat();
    const starts = lines.map((line) => stringWidth(line) - "end".length);
    expect(new Set(starts)).toEqual(new Set([10]));
  });

  it("keeps each row to one line where there is no terminal", () => {
    const long = "recognizer_loop:utterance, ".repeat(20).trim();
    expect(layOut([["1", long, "x"]], undefined)).toEqual([[`1  ${long}  x`]]);
  });

  it.each([40, 60, 80])("fits into %i columns", (width) => {
    const rows = [
      ["ID", "NAME", "TYPES"],
      ["1", "東京".repeat(30), "recognizer_loop:utterance, ".repeat(4)],
      ["2", "x".repeat(200), "speak"],
    ];
    const lines = layOut(rows, width).flat();
    expect(lines.length).toBeGreaterThan(3);
    for (const line of lines) expect(stringWidth(line)).toBeLessThanOrEqual(width);
  });

  it("breaks lines between words, where that is enough", () => {
    const rows = [["1", "kitchen-satellite of the attic", "recognizer_loop:utterance, speak"]];
    expect(layOut(rows, 50).flat()).toEqual([
      "1  kitchen-satellite    recognizer_loop:utterance,",
      "   of the attic         speak",
    ]);
  });

  it("keeps the indentation of a cell of several lines", () => {
    expect(layOut([["metadata", '{\n  "a": [\n    1\n  ]\n}']], 40).flat()).toEqual([
      "metadata  {",
      '            "a": [',
      "              1",
      "            ]",
      "          }",
    ]);
  });

  it("loses nothing of a cell that it wraps", () => {
    const name = "x".repeat(200);
    const lines = layOut([["1", name]], 30).flat();
    expect(lines.join("").replaceAll(/[^x]/g, "")).toBe(name);
  });

  it("never lets a name start a line or a column of its own", () => {
    const [lines] = layOut([["7", escapeText("bob\n8  eve   admin\u001B[1A"), "no"]], undefined);
    expect(lines).toEqual([String.raw`7  bob\n8 \x20eve \x20\x20admin\x1b[1A  no`]);
  });

  it("holds the columns after right-to-left text in their place", () => {
    const [lines] = layOut([["7", "שלום", "12", "no"]], undefined);
    const mark = "\u200E";
    expect(lines).toEqual([`${mark}7${mark}  ${mark}שלום${mark}  ${mark}12${mark}  ${mark}no`]);
  });

  it("lays out nothing as nothing", () => {
    expect(layOut([], 80)).toEqual([]);
  });
});

describe("fitColumns", () => {
  it("leaves alone what fits", () => {
    expect(fitColumns([column(4, 4), column(20, 20), column(30, 10)], 60)).toEqual([4, 20, 30]);
  });

  it("takes from the widest, and breaks no word that can stay whole", () => {
    expect(fitColumns([column(4, 4), column(20, 20), column(60, 10)], 60)).toEqual([4, 20, 36]);
    expect(fitColumns([column(4, 4), column(50, 10), column(60, 10)], 44)).toEqual([4, 20, 20]);
    expect(fitColumns([column(4, 4), column(20, 20), column(60, 10)], 34)).toEqual([4, 20, 10]);
  });

  it("breaks words where it has to, and stops where cells would be too narrow to read", () => {
    expect(fitColumns([column(4, 4), column(50, 50), column(60, 60)], 44)).toEqual([4, 20, 20]);
    expect(fitColumns([column(4, 4), column(50, 10), column(60, 10)], 10)).toEqual([4, 8, 8]);
  });
});
