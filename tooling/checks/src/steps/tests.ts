import { globSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "../../../tasks/src/paths.ts";
import { runTool } from "../../../tasks/src/tool.ts";
import { finish, type FinishedStep, type Step } from "../step.ts";
import { canary, forgetTallies } from "./canary.ts";
import { countTests, failedTests, type TestCounts, type VitestReport } from "../test-counts.ts";

const REPORTS = "{packages,tooling}/*/reports/vitest.json";

/** Every package's tests, one package after the other: vitest uses all cores by itself. */
export async function tests(): Promise<{ steps: FinishedStep[]; counts: TestCounts }> {
  const started = Date.now();
  let printed = "";
  let counts: TestCounts = { passed: 0, failed: 0, skipped: 0 };
  const step: Step = {
    name: "tests",
    run: async () => {
      // A report of an earlier run would be counted where a package crashes before it writes its own.
      for (const report of globSync(REPORTS, { cwd: ROOT })) rmSync(join(ROOT, report));
      const turbo = [
        "turbo",
        "run",
        "test",
        "--continue",
        "--ui=stream",
        "--concurrency=1",
        "--log-order=stream",
      ];
      forgetTallies();
      const { ok, output } = await runTool(turbo, { output: "both" });
      printed = output;
      const reports = globSync(REPORTS, { cwd: ROOT }).map(readReport);
      counts = countTests(reports);
      const failures = failedTests(reports).map((line) => line.replace(ROOT, ""));
      const ran = counts.passed + counts.failed > 0;
      const notes = [];
      if (!ran) notes.push("no test ran");
      if (counts.skipped > 0) notes.push(`${counts.skipped} skipped`);
      return { ok: ok && ran && counts.failed === 0, output: failures.join("\n"), note: notes.join(", ") };
    },
  };
  const tested = await finish(step);
  return { steps: [tested, await finish(canary(printed, started))], counts };
}

function readReport(path: string): VitestReport {
  const report: VitestReport = JSON.parse(readFileSync(join(ROOT, path), "utf8"));
  return report;
}
