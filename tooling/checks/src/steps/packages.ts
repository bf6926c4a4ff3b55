import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { publishedPackages, type PublishedPackage } from "../../../tasks/src/packages.ts";
import { run, runTool } from "../../../tasks/src/tool.ts";
import type { Step, StepResult } from "../step.ts";

/** What users will install, judged from the very tarballs that would be published. */
export const packages: Step = {
  name: "packages",
  run: async () => {
    const results: StepResult[] = [];
    for (const published of publishedPackages()) results.push(await checkTarball(published));
    return {
      ok: results.every(({ ok }) => ok),
      output: results
        .filter(({ ok }) => !ok)
        .map(({ output }) => output)
        .join("\n"),
    };
  },
};

async function checkTarball({ name, folder, manifest }: PublishedPackage): Promise<StepResult> {
  const packed = await mkdtemp(join(tmpdir(), "packed-"));
  try {
    const pack = await run("pnpm", ["pack", "--pack-destination", packed], { cwd: folder, output: "keep" });
    const [tarball] = await readdir(packed);
    if (!pack.ok || tarball === undefined) return { ok: false, output: `${name}: pnpm pack\n${pack.output}` };

    const path = join(packed, tarball);
    const checks = [runTool(["publint", "run", path, "--strict"], { output: "keep" })];
    // A package with a command and no module has no types to be wrong.
    const hasModules = Object.keys(manifest.exports ?? {}).some((entry) => entry !== "./package.json");
    if (hasModules) checks.push(runTool(["attw", path, "--profile", "esm-only"], { output: "keep" }));
    const results = await Promise.all(checks);
    const output = results.filter(({ ok }) => !ok).map((result) => result.output);
    return { ok: output.length === 0, output: `${name}:\n${output.join("\n")}` };
  } finally {
    await rm(packed, { recursive: true });
  }
}
