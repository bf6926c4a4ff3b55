import { join } from "node:path";
import { passThrough } from "../../bootstrap/pass-through.mjs";
import { buildQuietly } from "./build-packages.ts";
import { ROOT } from "./paths.ts";

// The operator's own folder: relative paths in the arguments are meant from there, not from the root.
const cwd = process.env["INIT_CWD"] ?? ROOT;

if (await buildQuietly()) {
  const cli = join(ROOT, "packages/db-cli/dist/main.js");
  passThrough(process.execPath, [cli, ...process.argv.slice(2)], { cwd, env: process.env });
} else {
  process.exitCode = 1;
}
