/** Every choice of a trial comes from here, so that its seed repeats it. */
import { uniformInt } from "pure-rand/distribution/uniformInt";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";

export interface Random {
  /** A whole number from `from` to `to`, both included. */
  int(from: number, to: number): number;
  pick<T>(items: readonly [T, ...T[]]): T;
  /** All of them, in another order. */
  shuffled<T>(items: readonly T[]): readonly T[];
  /** True in `percent` of 100 cases. */
  chance(percent: number): boolean;
  /** A seed for something that runs by itself: another process, another trial. */
  seed(): number;
}

export function seeded(seed: number): Random {
  const generator = xoroshiro128plus(seed);
  const int = (from: number, to: number): number => uniformInt(generator, from, to);
  return {
    int,
    pick: <T>(items: readonly [T, ...T[]]) => items[int(0, items.length - 1)] ?? items[0],
    shuffled: (items) => {
      const rest = [...items];
      return items.flatMap(() => rest.splice(int(0, rest.length - 1), 1));
    },
    chance: (percent) => int(1, 100) <= percent,
    seed: () => int(0, 0x7fffffff),
  };
}
