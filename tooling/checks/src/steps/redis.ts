import { ensureRedisServer } from "../../../redis/src/main.ts";
import type { Step } from "../step.ts";

/** Once, before the tests: test files run side by side, and each would install it. */
export const redis: Step = {
  name: "redis",
  run: async () => {
    try {
      return { ok: true, output: "", note: await ensureRedisServer() };
    } catch (error) {
      return { ok: false, output: String(error) };
    }
  },
};
