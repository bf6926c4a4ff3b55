import { globSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { publishedPackages } from "../../../tasks/src/packages.ts";
import { ROOT } from "../../../tasks/src/paths.ts";
import { run } from "../../../tasks/src/tool.ts";
import { changesetProblems, namesIn } from "../rules/changesets.ts";
import type { Step } from "../step.ts";

/** Compared with CHANGESET_BASE where CI names one, else with the last release. Asks no network. */
export const changesets: Step = {
  name: "changesets",
  run: async () => {
    const packages = new Map(publishedPackages().map(({ name, folder }) => [name, basename(folder)]));
    const waiting = new Map(
      globSync(".changeset/*.md", { cwd: ROOT })
        .filter((path) => basename(path) !== "README.md")
        .map((path) => [basename(path), namesIn(readFileSync(join(ROOT, path), "utf8"))]),
    );
    const base = await releaseBase();
    const changed = base === undefined ? [] : await changedSince(base);
    const problems = changesetProblems({ changed, packages, changesets: waiting });
    const note = base === undefined ? "no release yet" : `since ${base}`;
    return { ok: problems.length === 0, output: problems.join("\n"), note };
  },
};

/** `undefined` before the first release, and in a clone so shallow that it does not hold the last one. */
async function releaseBase(): Promise<string | undefined> {
  const named = process.env["CHANGESET_BASE"] ?? "";
  if (/^[0-9a-f]{40}$/.test(named) && (await git("cat-file", "-e", `${named}^{commit}`)) !== undefined) {
    return (await hasReleases()) ? named : undefined;
  }
  return (await git("describe", "--tags", "--abbrev=0", "--match", "@hivemind/*"))?.trim();
}

async function hasReleases(): Promise<boolean> {
  return ((await git("tag", "--list", "@hivemind/*")) ?? "").trim() !== "";
}

async function changedSince(base: string): Promise<string[]> {
  return ((await git("diff", "--name-only", base)) ?? "").trim().split("\n");
}

async function git(...args: string[]): Promise<string | undefined> {
  const { ok, output } = await run("git", args, { output: "keep" });
  return ok ? output : undefined;
}
