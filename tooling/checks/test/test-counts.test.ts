import { expect, test } from "vitest";
import { countTests, failedTests } from "../src/test-counts.ts";

const file = (status: string, ...tests: string[]) => ({
  name: "a.test.ts",
  status,
  message: "Error: no such module\n  at somewhere",
  assertionResults: tests.map((each, i) => ({
    status: each,
    fullName: `test ${i}`,
    failureMessages: each === "failed" ? ["AssertionError: 1 is not 2\n  at somewhere"] : null,
  })),
});

test("sums over the reports of all packages", () => {
  const core = { testResults: [file("passed", "passed", "passed"), file("failed", "failed", "passed")] };
  const json = { testResults: [file("passed", "passed", "skipped", "todo")] };

  expect(countTests([core, json])).toEqual({ passed: 4, failed: 1, skipped: 2 });
});

test("counts a file that could not be loaded as one failure", () => {
  expect(countTests([{ testResults: [file("failed")] }])).toEqual({ passed: 0, failed: 1, skipped: 0 });
});

test("names what failed, and in a word why", () => {
  const reports = [{ testResults: [file("failed", "passed", "failed"), file("passed", "passed")] }];

  expect(failedTests(reports)).toEqual(["a.test.ts > test 1: AssertionError: 1 is not 2"]);
  expect(failedTests([{ testResults: [file("failed")] }])).toEqual(["a.test.ts: Error: no such module"]);
});
