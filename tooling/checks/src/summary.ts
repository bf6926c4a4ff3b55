import type { TestCounts } from "./test-counts.ts";
import type { FinishedStep } from "./step.ts";

/** Prints the table of the steps. The last line is always the count of the tests. */
export function printSummary(steps: FinishedStep[], counts: TestCounts | undefined): boolean {
  const width = Math.max(...steps.map(({ name }) => name.length));
  console.log("");
  for (const { name, ok, seconds, note } of steps) {
    const row = [
      name.padEnd(width),
      ok ? "ok    " : "FAILED",
      `${seconds.toFixed(1).padStart(6)} s`,
      note ?? "",
    ];
    console.log(row.join("  ").trimEnd());
  }
  const failed = steps.filter(({ ok }) => !ok).map(({ name }) => name);
  if (counts === undefined) console.log("not run without a build: packages, api, tests");
  if (failed.length > 0) console.log(`failed steps: ${failed.join(", ")}`);
  console.log(`${counts?.passed ?? 0} passed, ${counts?.failed ?? 0} failed`);
  return failed.length === 0;
}
