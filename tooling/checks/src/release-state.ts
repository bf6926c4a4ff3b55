import { globSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import type { PublishedPackage } from "../../tasks/src/packages.ts";
import { run } from "../../tasks/src/tool.ts";
import { namesIn, type ReleaseState } from "./rules/changesets.ts";

/**
 * The commit to compare with: the one that CI names, where this clone holds it, else the last release. `undefined`
 * before the first release, and in a clone so shallow that it holds neither.
 */
export async function releaseBase(root: string, named = ""): Promise<string | undefined> {
  // The first push of a branch has forty zeros for its base.
  if (
    /^[0-9a-f]{40}$/.test(named) &&
    (await git(root, "cat-file", "-e", `${named}^{commit}`)) !== undefined
  ) {
    return named;
  }
  return (await git(root, "describe", "--tags", "--abbrev=0", "--match", "@hivemind/*"))?.trim();
}

export async function releaseState(
  root: string,
  base: string | undefined,
  published: readonly PublishedPackage[],
): Promise<ReleaseState> {
  const changesets = globSync(".changeset/*.md", { cwd: root })
    .filter((path) => basename(path) !== "README.md")
    .map((path) => [basename(path), namesIn(readFileSync(join(root, path), "utf8"))] as const);
  const packages = published.map(async ({ name, folder, manifest }) => {
    const path = `packages/${basename(folder)}/package.json`;
    const before = base === undefined ? undefined : await git(root, "show", `${base}:${path}`);
    const versionBefore = before === undefined ? undefined : versionIn(before);
    return { name, folder: basename(folder), version: manifest.version, versionBefore };
  });
  return {
    changed: base === undefined ? [] : await changedSince(root, base),
    packages: await Promise.all(packages),
    changesets: new Map(changesets),
  };
}

function versionIn(text: string): string {
  const manifest: { version: string } = JSON.parse(text);
  return manifest.version;
}

/** With what is not committed, and what is not even added. */
async function changedSince(root: string, base: string): Promise<string[]> {
  const lists = await Promise.all([
    git(root, "diff", "--name-only", base),
    git(root, "ls-files", "--others", "--exclude-standard"),
  ]);
  return lists.flatMap((list) => (list ?? "").split("\n")).filter((path) => path !== "");
}

async function git(root: string, ...args: string[]): Promise<string | undefined> {
  const { ok, output } = await run("git", args, { cwd: root, output: "keep" });
  return ok ? output : undefined;
}
