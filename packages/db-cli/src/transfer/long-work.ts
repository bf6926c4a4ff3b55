/** What every command for moving data does around its work: progress, and an orderly end by Ctrl-C. */
import type { Invocation } from "../commands/definition.ts";
import { Progress } from "../output/progress.ts";
import type { QuietOption } from "./command-options.ts";
import { interruptible } from "./interrupt.ts";
import type { Watcher } from "./transfer.ts";

export async function longWork<T>(
  { output, io, options }: Pick<Invocation, "output" | "io" | "options">,
  work: (watcher: Watcher) => Promise<T>,
): Promise<T> {
  const { quiet }: QuietOption = options;
  const progress = new Progress(io, { isShown: quiet !== true && !output.json });
  try {
    return await interruptible(
      (interrupt) => work({ progress, interrupt }),
      () => {
        progress.end();
        output.remark("interrupted", "Stopped. Nothing is broken: the same command again completes it.");
      },
    );
  } finally {
    progress.end();
  }
}
