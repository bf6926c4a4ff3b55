/** Works until it is interrupted, and a little longer: for interrupt.test.ts. */
import { setImmediate as turn } from "node:timers/promises";
import { interruptible } from "../src/transfer/interrupt.ts";

await interruptible(
  async (interrupt) => {
    process.stdout.write("working\n");
    try {
      for (;;) {
        await turn();
        interrupt.check();
      }
    } finally {
      process.stdout.write("closed\n");
    }
  },
  () => process.stdout.write("told\n"),
);
process.stdout.write("never\n");
