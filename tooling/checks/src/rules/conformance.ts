import { resolveRelative } from "./resolve-relative.ts";
import type { SourceModule } from "./source-module.ts";

const CORE = "packages/db-core/src/";
const SUITE = `${CORE}conformance/`;
const RUNTIME_ENTRIES = [`${CORE}index.ts`, `${CORE}backend/index.ts`];

/** What a node loads in production never reaches the conformance suite, not even through a chain of imports. */
export function conformanceProblems(modules: SourceModule[]): string[] {
  const byPath = new Map(modules.map((module) => [module.path, module]));
  return RUNTIME_ENTRIES.flatMap((entry) => {
    const chain = findChain(byPath, entry);
    return chain === undefined ? [] : [`the runtime reaches the conformance suite: ${chain.join(" -> ")}`];
  });
}

function findChain(byPath: Map<string, SourceModule>, entry: string): string[] | undefined {
  const seen = new Set([entry]);
  const chains = [[entry]];
  for (const chain of chains) {
    const path = chain.at(-1) ?? entry;
    if (path.startsWith(SUITE)) return chain;
    const module = byPath.get(path);
    if (module === undefined) continue;
    for (const { specifier, typeOnly } of module.imports) {
      const target = resolveRelative(module, specifier);
      if (target === undefined || typeOnly || seen.has(target)) continue;
      seen.add(target);
      chains.push([...chain, target]);
    }
  }
  return undefined;
}
