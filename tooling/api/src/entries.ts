import { join } from "node:path";
import type { PublishedPackage } from "../../tasks/src/packages.ts";

export interface Entry {
  packageFolder: string;
  /** The declarations that users of this entry point get. */
  declarations: string;
  /** The report's name in the package's `api` folder. */
  report: string;
}

/** Every entry point with types. A package with a command and no module has none. */
export function entriesOf({ folder, manifest }: PublishedPackage): Entry[] {
  return Object.entries(manifest.exports ?? {}).flatMap(([subpath, target]) => {
    const types = typesOf(target);
    if (types === undefined) return [];
    const name = subpath === "." ? "index" : subpath.slice("./".length);
    return [{ packageFolder: folder, declarations: join(folder, types), report: `${name}.api.md` }];
  });
}

function typesOf(target: unknown): string | undefined {
  if (typeof target !== "object" || target === null || !("types" in target)) return undefined;
  return typeof target.types === "string" ? target.types : undefined;
}
