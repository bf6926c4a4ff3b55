/** No column gets narrower than this to make room for others. */
const NARROWEST = 8;

export interface ColumnWidth {
  /** What its longest line needs. */
  readonly natural: number;
  /** What its longest word needs. */
  readonly word: number;
}

/**
 * Widths whose sum is at most `available`, taken from the widest columns first: down to where words would have
 * to be broken, and where that is not enough, beyond it. As near as it gets.
 */
export function fitColumns(columns: readonly ColumnWidth[], available: number): readonly number[] {
  const natural = columns.map((column) => column.natural);
  const unbroken = shrink(
    natural,
    columns.map(({ word }) => word),
    available,
  );
  return shrink(
    unbroken,
    columns.map(() => NARROWEST),
    available,
  );
}

function shrink(from: readonly number[], floors: readonly number[], available: number): readonly number[] {
  const widths = [...from];
  for (let excess = sum(widths) - available; excess > 0; excess--) {
    const room = widths.map((width, column) => (width > (floors[column] ?? 0) ? width : 0));
    const widest = Math.max(...room);
    if (widest === 0) break;
    widths[room.indexOf(widest)] = widest - 1;
  }
  return widths;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
