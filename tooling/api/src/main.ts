// `npm run api`: writes packages/*/api. `--check` writes nothing and fails where one is not what the build has.
import { parseArgs } from "node:util";
import { createTwoFilesPatch, FILE_HEADERS_ONLY } from "diff";
import { buildQuietly } from "../../tasks/src/build-packages.ts";
import { readReports, writeReports, type Report } from "./reports.ts";

const { values } = parseArgs({ options: { check: { type: "boolean", default: false } } });

if (values.check || (await buildQuietly())) {
  const changed = readReports().filter(({ built, committed }) => built !== committed);
  if (!values.check) writeReports(changed);
  for (const report of changed) console.log(values.check ? difference(report) : `written: ${report.path}`);
  if (!values.check && changed.length === 0) console.log("every report is what the build has");
  if (values.check && changed.length > 0) {
    console.log("The public API is not what packages/*/api says. Where the change is meant: `npm run api`.");
    process.exitCode = 1;
  }
} else {
  process.exitCode = 1;
}

function difference({ path, committed = "", built = "" }: Report): string {
  const options = { context: 2, headerOptions: FILE_HEADERS_ONLY };
  return createTwoFilesPatch(path, path, committed, built, "committed", "built", options);
}
