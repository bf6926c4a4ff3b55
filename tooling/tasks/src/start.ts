import { join } from "node:path";
import { passThrough } from "../../bootstrap/pass-through.mjs";
import { buildQuietly } from "./build-packages.ts";
import { ROOT } from "./paths.ts";

if (await buildQuietly()) {
  const demo = join(ROOT, "tooling/demo/src/main.ts");
  // The flags with which this process runs TypeScript are those that the demo needs.
  const args = [...process.execArgv, demo, ...process.argv.slice(2)];
  passThrough(process.execPath, args, { cwd: ROOT, env: process.env });
} else {
  process.exitCode = 1;
}
