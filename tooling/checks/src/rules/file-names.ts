import { posix } from "node:path";
import type { SourceModule } from "./source-module.ts";

const SAYS_NO_ROLE = new Set(["utils.ts", "util.ts", "helpers.ts", "helper.ts", "misc.ts", "common.ts"]);

/** A file's name says its role, and an index.ts only passes on what other files export. */
export function fileNameProblems(modules: SourceModule[]): string[] {
  return modules.flatMap(({ path, onlyReExports }) => {
    const name = posix.basename(path);
    if (SAYS_NO_ROLE.has(name)) return [`${path}: the name does not say the file's role`];
    if (name === "index.ts" && !onlyReExports) return [`${path}: an index.ts holds re-exports only`];
    return [];
  });
}
