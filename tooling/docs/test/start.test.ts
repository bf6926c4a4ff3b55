import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { expect, test } from "vitest";
import { ROOT } from "../../tasks/src/paths.ts";

test("the main job of `npm start` goes as it should", () => {
  const flags = ["--experimental-strip-types", "--disable-warning=ExperimentalWarning"];

  const said = execFileSync(process.execPath, [...flags, join(ROOT, "tooling/demo/src/main.ts")], {
    encoding: "utf8",
  });

  expect(said).toContain("Every step went as it should.");
});
