import { resolveRelative } from "./resolve-relative.ts";
import type { SourceModule } from "./source-module.ts";

const SCOPE = "@hivemind/";
const CORE = "db-core";
const OPEN_TO_OTHERS = new Set(["@hivemind/db-core", "@hivemind/db-core/backend"]);

/**
 * The folders of the core that must not know others: the contract stands on its own, and tests are tests. An
 * index.ts is a door, and shows what is behind several rooms.
 */
const ROOMS: readonly (readonly [room: string, mayNotKnow: readonly string[]])[] = [
  ["backend", ["database", "conformance", "memory"]],
  ["database", ["conformance", "memory", "registry"]],
  ["registry", ["conformance", "memory"]],
];

/**
 * The core knows no other package of ours, and each other package knows the core alone: a backend works without
 * any other backend, and the command line finds backends by name only. ARCHITECTURE.md has the picture.
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
  if (target !== undefined) {
    return target.startsWith(`packages/${module.packageFolder}/src/`) && isOpenRoom(module, target);
  }
  if (!specifier.startsWith(SCOPE)) return true;
  return module.packageFolder !== CORE && OPEN_TO_OTHERS.has(specifier);
}

function isOpenRoom({ path }: SourceModule, target: string): boolean {
  if (path.endsWith("/index.ts")) return true;
  const source = `packages/${CORE}/src/`;
  return ROOMS.every(
    ([room, mayNotKnow]) =>
      !path.startsWith(`${source}${room}/`) ||
      !mayNotKnow.some((other) => target.startsWith(`${source}${other}/`)),
  );
}
