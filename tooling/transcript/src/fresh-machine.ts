/** A folder and a HOME in which nothing of HiveMind is yet, with the packages as npm would have linked them. */
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const PACKAGES = ["@hivemind/db-cli", "@hivemind/db-sqlite"];

export class FreshMachine {
  readonly home = realpathSync(mkdtempSync(join(tmpdir(), "hivemind-transcript-")));
  readonly folder = join(this.home, "hub");
  readonly env: NodeJS.ProcessEnv = {
    PATH: `${join(this.folder, "node_modules/.bin")}:${process.env["PATH"] ?? ""}`,
    HOME: this.home,
    NO_COLOR: "1",
  };

  constructor() {
    mkdirSync(this.folder);
    writeFileSync(join(this.folder, "package.json"), '{ "private": true }\n');
  }

  /** What `npm install` does, without a registry: the packages that were built here. */
  install(): void {
    const modules = join(this.folder, "node_modules");
    for (const name of PACKAGES) link(folderOf(name), join(modules, name));
    // npm would link the file itself and make it executable, which is not for us to do to the build.
    const main = join(folderOf("@hivemind/db-cli"), "dist/main.js");
    const command = join(modules, ".bin/hivemind-db");
    mkdirSync(dirname(command));
    writeFileSync(command, `#!/bin/sh\nexec '${process.execPath}' '${main}' "$@"\n`, { mode: 0o755 });
  }

  remove(): void {
    rmSync(this.home, { recursive: true, force: true });
  }
}

function link(target: string, path: string): void {
  mkdirSync(dirname(path), { recursive: true });
  symlinkSync(target, path);
}

function folderOf(packageName: string): string {
  return dirname(fileURLToPath(import.meta.resolve(`${packageName}/package.json`)));
}
