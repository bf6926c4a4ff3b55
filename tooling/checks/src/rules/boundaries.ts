import { resolveRelative } from "./resolve-relative.ts";
import type { SourceModule } from "./source-module.ts";

const SCOPE = "@hivemind/";
const CORE = "db-core";
const OPEN_TO_OTHERS = new Set(["@hivemind/db-core", "@hivemind/db-core/backend"]);

/**
 * The core knows no other package of ours, and each other package knows the core alone: a backend works without
 * any other backend, and the command line finds backends by name only.
 */
export function boundaryProblems(modules: SourceModule[]): string[] {
  return modules.flatMap((module) =>
    module.imports
      .filter(({ specifier }) => !isAllowed(module, specifier))
      .map(({ specifier }) => `${module.path}: must not import ${specifier}`),
  );
}

function isAllowed(module: SourceModule, specifier: string): boolean {
  const target = resolveRelative(module, specifier);
  if (target !== undefined) return target.startsWith(`packages/${module.packageFolder}/src/`);
  if (!specifier.startsWith(SCOPE)) return true;
  return module.packageFolder !== CORE && OPEN_TO_OTHERS.has(specifier);
}
