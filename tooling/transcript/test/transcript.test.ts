import { expect, it } from "vitest";
import { firstHour } from "../src/first-hour.ts";
import { block, shownInReadme } from "../src/readme.ts";

// Otherwise: npm run transcript.
it("the README shows the first hour as it goes", { timeout: 60_000 }, async () => {
  expect(shownInReadme()).toBe(block(await firstHour()));
});
