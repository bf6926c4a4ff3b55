/** Something that takes input from outside, and what it must do with any input at all. */
import type { IAsyncPropertyWithHooks } from "fast-check";

export interface Surface {
  /** What takes the input. */
  readonly name: string;
  /** What never happens, whatever comes in. */
  readonly proves: string;
  /** One case after the other; what it has made is undone with `dispose`. */
  prepare(): Promise<Prepared>;
}

export interface Prepared {
  readonly property: IAsyncPropertyWithHooks<never> | IAsyncPropertyWithHooks<never[]>;
  dispose(): Promise<void>;
}
