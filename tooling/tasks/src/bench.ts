import { join } from "node:path";
import { passThrough } from "../../bootstrap/pass-through.mjs";
import { buildQuietly } from "./build-packages.ts";
import { ROOT } from "./paths.ts";

if (await buildQuietly()) {
  const bench = join(ROOT, "tooling/bench/src/main.ts");
  // The flags with which this process runs TypeScript are those that the benchmark needs.
  const args = [...process.execArgv, bench, ...process.argv.slice(2)];
  passThrough(process.execPath, args, { cwd: ROOT, env: process.env });
} else {
  process.exitCode = 1;
}
