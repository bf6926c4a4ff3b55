/** Aligned columns, without borders: they can be read, copied and cut by `awk`. */
import stringWidth from "string-width";
import wrapAnsi from "wrap-ansi";
import { fitColumns } from "./fit-columns.ts";

/** Between two columns. No cell holds two spaces in a row (`escapeText`), so this is a gap wherever it stands. */
const GAP = "  ";

const RIGHT_TO_LEFT = /[\u0590-\u08FF\uFB1D-\uFDFF\uFE70-\uFEFE\u{10800}-\u{10FFF}\u{1E800}-\u{1EFFF}]/u;
const LEFT_TO_RIGHT_MARK = "\u200E";

/** One line a row, or several where a cell is longer than its column. Cells are safe to show: see `escapeText`. */
export type Row = readonly string[];

/** The lines of each row. `width`: columns of the terminal; `undefined` where lines may have any length. */
export function layOut(rows: readonly Row[], width: number | undefined): readonly (readonly string[])[] {
  const columns = (rows[0] ?? []).map((_, column) => ({
    natural: widest(rows, column, "\n"),
    word: widest(rows, column, /\s/),
  }));
  const gaps = GAP.length * (columns.length - 1);
  const widths =
    width === undefined ? columns.map(({ natural }) => natural) : fitColumns(columns, width - gaps);
  return rows.map((row) => linesOf(row, widths));
}

function linesOf(row: Row, widths: readonly number[]): readonly string[] {
  const cells = row.map((cell, column) => wrap(cell, widths[column] ?? 0));
  const height = Math.max(...cells.map((lines) => lines.length));
  return Array.from({ length: height }, (_, line) => {
    const padded = cells.map((lines, column) => padEnd(lines[line] ?? "", widths[column] ?? 0));
    return keepOrder(padded.join(GAP).trimEnd());
  });
}

/** The width of the longest part in any cell of the column. */
function widest(rows: readonly Row[], column: number, separator: string | RegExp): number {
  const widthOf = (cell: string): number =>
    Math.max(...cell.split(separator).map((part) => stringWidth(part)));
  return rows.reduce((width, row) => Math.max(width, widthOf(row[column] ?? "")), 0);
}

function wrap(cell: string, width: number): readonly string[] {
  // Of several lines: they are indented as they are meant to be.
  return wrapAnsi(cell, width, { hard: true, trim: !cell.includes("\n") }).split("\n");
}

function padEnd(text: string, width: number): string {
  return text + " ".repeat(Math.max(0, width - stringWidth(text)));
}

/**
 * A terminal that turns Hebrew and Arabic text would turn the numbers and spaces after it as well, and move one
 * column into another. A mark on both sides of each gap holds the columns where they are.
 */
function keepOrder(line: string): string {
  if (!RIGHT_TO_LEFT.test(line)) return line;
  const held = line.replaceAll(/ {2,}/g, LEFT_TO_RIGHT_MARK + "$&" + LEFT_TO_RIGHT_MARK);
  return LEFT_TO_RIGHT_MARK + held;
}
