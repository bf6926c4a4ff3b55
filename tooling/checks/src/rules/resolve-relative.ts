import { posix } from "node:path";
import type { SourceModule } from "./source-module.ts";

/** The source file that a relative import of `module` means, from the root; undefined for any other import. */
export function resolveRelative(module: SourceModule, specifier: string): string | undefined {
  if (!specifier.startsWith(".")) return undefined;
  return posix.join(posix.dirname(module.path), specifier).replace(/\.js$/, ".ts");
}
