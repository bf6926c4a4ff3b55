/** The part of vitest's JSON report that is counted. */
export interface VitestReport {
  testResults: {
    name: string;
    status: string;
    message: string;
    assertionResults: { status: string; fullName: string; failureMessages: string[] | null }[];
  }[];
}

export interface TestCounts {
  passed: number;
  failed: number;
  /** Neither passed nor failed: skipped, todo. */
  skipped: number;
}

/** One line for each test that failed: its file, its name, and what was wrong. */
export function failedTests(reports: VitestReport[]): string[] {
  return reports
    .flatMap(({ testResults }) => testResults)
    .flatMap(({ name, status, message, assertionResults }) => {
      if (status === "failed" && assertionResults.length === 0) return [`${name}: ${firstLine(message)}`];
      return assertionResults
        .filter((test) => test.status === "failed")
        .map((test) => `${name} > ${test.fullName}: ${firstLine(test.failureMessages?.[0] ?? "")}`);
    });
}

function firstLine(text: string): string {
  return text.split("\n", 1)[0] ?? "";
}

/** A file that could not even be loaded holds no test to fail: it counts as one failure. */
export function countTests(reports: VitestReport[]): TestCounts {
  const files = reports.flatMap(({ testResults }) => testResults);
  const statuses = files.flatMap(({ assertionResults }) => assertionResults.map(({ status }) => status));
  const passed = statuses.filter((status) => status === "passed").length;
  const failed = statuses.filter((status) => status === "failed").length;
  const unloadable = files.filter(
    ({ status, assertionResults }) => status === "failed" && assertionResults.length === 0,
  );
  return { passed, failed: failed + unloadable.length, skipped: statuses.length - passed - failed };
}
