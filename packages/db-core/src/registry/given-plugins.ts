import type { BackendPlugin } from "../backend/contract.ts";
import { DbError } from "../errors.ts";
import { packageOf } from "./aliases.ts";
import { pluginDefects } from "./plugin-shape.ts";
import type { Candidate, PluginSource } from "./plugin-source.ts";

/** The backends that the caller hands over itself, for bundlers and tests. The disk is not asked. */
export function givenPlugins(plugins: readonly BackendPlugin[]): PluginSource {
  const candidates = plugins.map(candidate);
  return {
    find: async (module) => candidates.find(({ name }) => name === module || name === packageOf(module)),
    all: async () => candidates,
    notInstalled: async (name, why) => {
      const given = candidates.length === 0 ? "none" : candidates.map((one) => one.name).join(", ");
      const message = `${name} is not among the plugins that were given to this program (${given})${why}: add it there`;
      return new DbError("not-installed", message, { backend: name });
    },
  };
}

function candidate(plugin: BackendPlugin): Candidate {
  const defects = pluginDefects(plugin);
  if (defects.length > 0) {
    const message = `one of the given plugins is no backend for this release. Missing or wrong: ${defects.join("; ")}`;
    throw new DbError("not-a-plugin", message);
  }
  return { name: plugin.name, label: plugin.name, folder: undefined, load: async () => plugin };
}
