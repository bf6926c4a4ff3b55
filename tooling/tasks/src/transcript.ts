import { join } from "node:path";
import { passThrough } from "../../bootstrap/pass-through.mjs";
import { buildQuietly } from "./build-packages.ts";
import { ROOT } from "./paths.ts";

if (await buildQuietly()) {
  const script = join(ROOT, "tooling/transcript/src/main.ts");
  passThrough(process.execPath, [...process.execArgv, script], { cwd: ROOT, env: process.env });
} else {
  process.exitCode = 1;
}
