import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const minutes = Number(process.env["PROOF_MINUTES"]);

/** The longer proofs of `npm run proof`: seeded, one file after the other, each within its share of the time. */
export default defineConfig({
  test: {
    root: fileURLToPath(new URL("../..", import.meta.url)),
    include: ["{packages,tooling}/*/test/**/*.proof.ts"],
    reporters: ["verbose"],
    fileParallelism: false,
    allowOnly: false,
    // A proof ends by itself when its minutes are over; what hangs far beyond them has failed.
    testTimeout: (2 * minutes + 2) * 60_000,
    hookTimeout: 120_000,
  },
});
