/** Something that takes input from outside, and what it must do with any input at all. */
import type { IAsyncPropertyWithHooks } from "fast-check";

export interface Surface {
  /** What takes the input. */
  readonly name: string;
  /** What never happens, whatever comes in. */
  readonly proves: string;
  /** How many cases may run at once, each in what was prepared for it: where most of the time is spent waiting. */
  readonly atOnce?: number;
  /** One case after the other; what it has made is undone with `dispose`. */
  prepare(): Promise<Prepared>;
}

export interface Prepared {
  readonly property: IAsyncPropertyWithHooks<never> | IAsyncPropertyWithHooks<never[]>;
  dispose(): Promise<void>;
}
