// @ts-check
import { join } from "node:path";
import { explain, runQuietly } from "./command.mjs";
import { BootstrapFailure } from "./failure.mjs";
import { fetchPackage } from "./fetch.mjs";
import { PNPM } from "./versions.mjs";

/** Always our own pnpm: another version would write another lockfile. Returns its folder and its binary. */
export async function ensurePnpm() {
  const folder = await fetchPackage("pnpm", PNPM, "the workspace's package manager", async (fetched) => {
    // pnpm 12 is a native binary that its install.js puts in place of a placeholder script without a shebang,
    // which turbo cannot spawn ("Exec format error"). Under a life-cycle event's name it would do other work.
    const env = { ...process.env, npm_lifecycle_event: "preinstall" };
    const { ok, output } = await runQuietly(process.execPath, ["install.js"], { cwd: fetched, env });
    if (!ok) throw new BootstrapFailure(explain("set up pnpm", output));
  });
  return { folder, pnpm: join(folder, process.platform === "win32" ? "pnpm.exe" : "pnpm") };
}
