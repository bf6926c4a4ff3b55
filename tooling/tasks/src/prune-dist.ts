import { existsSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { publishedPackages } from "./packages.ts";

/**
 * Removes from each dist what no source file stands for: tsc and turbo only ever add files, so a renamed source
 * would be published under both names.
 */
export function pruneDist(): void {
  for (const { folder } of publishedPackages()) {
    const dist = join(folder, "dist");
    if (!existsSync(dist)) continue;
    for (const entry of readdirSync(dist, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile()) continue;
      const path = join(entry.parentPath, entry.name);
      const source = join(folder, "src", path.slice(dist.length)).replace(/(\.d)?\.[jt]s$/, ".ts");
      if (!existsSync(source)) rmSync(path);
    }
  }
}
