import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "./paths.ts";

export interface PublishedPackage {
  name: string;
  folder: string;
  manifest: {
    name: string;
    version: string;
    private?: boolean;
    exports?: Record<string, unknown>;
    repository?: unknown;
  };
}

/** Everything under packages/ that goes to the registry. */
export function publishedPackages(): PublishedPackage[] {
  const parent = join(ROOT, "packages");
  return readdirSync(parent)
    .toSorted()
    .map((entry) => join(parent, entry))
    .filter((folder) => existsSync(join(folder, "package.json")))
    .map((folder) => {
      const manifest: PublishedPackage["manifest"] = JSON.parse(
        readFileSync(join(folder, "package.json"), "utf8"),
      );
      return { name: manifest.name, folder, manifest };
    })
    .filter(({ manifest }) => manifest.private !== true);
}
