import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

/** The tests of `npm test`, for every package. Its vitest.config.ts re-exports this. */
export default defineConfig({
  // Vite warns of the missing sources behind the source maps of what is inlined below.
  logLevel: "error",
  test: {
    include: ["test/**/*.test.ts"],
    // Looks for secrets in whatever the tests produce; `src/steps/canary.ts` sees that it does.
    setupFiles: [fileURLToPath(new URL("./src/canary/watch.ts", import.meta.url))],
    // The check runner counts from the JSON report.
    reporters: ["default", ["json", { outputFile: "reports/vitest.json" }]],
    // By default vitest leaves one core free, which is half of a CI machine.
    maxWorkers: "100%",
    // Tests that start processes share two cores with each other; what hangs still fails.
    testTimeout: 20_000,
    // GitHub's parser imports JSON as bundlers do, and Node does not.
    server: { deps: { inline: [/@actions\//] } },
    allowOnly: false,
    restoreMocks: true,
    unstubEnvs: true,
  },
});
