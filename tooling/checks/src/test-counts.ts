/** The part of vitest's JSON report that is counted. */
export interface VitestReport {
  testResults: { status: string; assertionResults: { status: string }[] }[];
}

export interface TestCounts {
  passed: number;
  failed: number;
  /** Neither passed nor failed: skipped, todo. */
  skipped: number;
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
