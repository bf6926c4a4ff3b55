import { cp, mkdir, symlink } from "node:fs/promises";
import { dirname, join } from "node:path";
import { publishedPackages } from "../../../tasks/src/packages.ts";
import { ROOT } from "../../../tasks/src/paths.ts";
import { run } from "../user/command.ts";

/**
 * The repository as it stands, with what is built: every file that git knows of or would, in a git repository of
 * its own. A release writes versions, changelogs and tags, and none of these belongs into the working tree.
 */
export async function copyRepository(target: string): Promise<void> {
  const listed = await run(["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], {
    cwd: ROOT,
    env: process.env,
  });
  for (const path of listed.stdout.split("\0").filter((name) => name !== "")) await copy(path, target);
  for (const { folder } of publishedPackages()) {
    await copy(join(folder.slice(ROOT.length), "dist"), target);
    // Only read: `pnpm publish` looks up the versions that `workspace:` stands for.
    await link(join(folder.slice(ROOT.length), "node_modules"), target);
  }
  await link("node_modules", target);
}

async function copy(path: string, target: string): Promise<void> {
  await mkdir(dirname(join(target, path)), { recursive: true });
  await cp(join(ROOT, path), join(target, path), { recursive: true, verbatimSymlinks: true, force: true });
}

async function link(path: string, target: string): Promise<void> {
  await symlink(join(ROOT, path), join(target, path));
}
