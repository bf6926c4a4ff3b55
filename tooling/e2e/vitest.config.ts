import { defineConfig } from "vitest/config";

/** `npm run e2e`. Not part of `npm test`: it fetches from the registry of this machine's npm. */
export default defineConfig({
  test: {
    root: import.meta.dirname,
    include: ["e2e/**/*.e2e.ts"],
    globalSetup: ["src/stage.ts"],
    reporters: ["verbose"],
    maxWorkers: "100%",
    // Installs wait for a network.
    testTimeout: 180_000,
    hookTimeout: 180_000,
    allowOnly: false,
  },
});
