// `npm run e2e`: packages published to a registry of our own, then installed and used as strangers would.
import { existsSync, readFileSync, rmSync } from "node:fs";
import { buildQuietly } from "../../tasks/src/build-packages.ts";
import { runTool } from "../../tasks/src/tool.ts";
import { footprintFile, footprintTable, type Footprint } from "./footprint.ts";

if (await buildQuietly()) {
  rmSync(footprintFile(), { force: true });
  const vitest = ["vitest", "run", "--config", "tooling/e2e/vitest.config.ts"];
  const { ok } = await runTool([...vitest, ...process.argv.slice(2)], { output: "inherit" });
  if (existsSync(footprintFile())) {
    const footprints: Footprint[] = JSON.parse(readFileSync(footprintFile(), "utf8"));
    console.log(`\nWhat a backend brings, @hivemind/db-core included:\n${footprintTable(footprints)}`);
  }
  console.log(ok ? "\ne2e passed" : "\ne2e FAILED");
  process.exitCode = ok ? 0 : 1;
} else {
  process.exitCode = 1;
}
