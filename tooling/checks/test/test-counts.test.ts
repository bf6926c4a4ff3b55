import { expect, test } from "vitest";
import { countTests } from "../src/test-counts.ts";

const file = (status: string, ...tests: string[]) => ({
  status,
  assertionResults: tests.map((each) => ({ status: each })),
});

test("sums over the reports of all packages", () => {
  const core = { testResults: [file("passed", "passed", "passed"), file("failed", "failed", "passed")] };
  const json = { testResults: [file("passed", "passed", "skipped", "todo")] };

  expect(countTests([core, json])).toEqual({ passed: 4, failed: 1, skipped: 2 });
});

test("counts a file that could not be loaded as one failure", () => {
  expect(countTests([{ testResults: [file("failed")] }])).toEqual({ passed: 0, failed: 1, skipped: 0 });
});
