/** Which backend a node has whose config names none. Guessing wrong would show an empty store: rather ask. */
import type { BackendPlugin } from "../backend/contract.ts";
import { DbError, isDbError } from "../errors.ts";
import { DEFAULT_BACKEND } from "./aliases.ts";
import { optionBlock } from "./config-source.ts";
import type { ConfigSource } from "./config-source.ts";
import type { Candidate, PluginSource } from "./plugin-source.ts";
import { prepareOptions } from "./prepare-options.ts";

export async function defaultBackend(source: PluginSource, config: ConfigSource): Promise<Candidate> {
  const candidates = await source.all();
  const [only] = candidates;
  if (only === undefined)
    throw await source.notInstalled(DEFAULT_BACKEND, ", nor is any other, and the config names none");
  if (candidates.length === 1) return only;
  const preferred = candidates.find(({ name }) => name === DEFAULT_BACKEND);
  if (preferred === undefined) throw ambiguous(candidates, []);
  const others = candidates.filter((candidate) => candidate !== preferred);
  const objections = (await Promise.all(others.map((other) => objection(other, config)))).flat();
  if (objections.length > 0) throw ambiguous(candidates, objections);
  return preferred;
}

/** Why the clients could be in this backend's store; none only where it is certain that they are not. */
async function objection(candidate: Candidate, config: ConfigSource): Promise<readonly string[]> {
  try {
    const plugin = await candidate.load();
    return (await hasStore(plugin, config)) ? [`${candidate.name} has a store`] : [];
  } catch (error) {
    // Messages of others may quote options; ours do not.
    const reason = isDbError(error) ? error.message : "it failed to look";
    return [`${candidate.name} may have a store, which cannot be told: ${reason}`];
  }
}

async function hasStore(plugin: BackendPlugin, config: ConfigSource): Promise<boolean> {
  const place = optionBlock(config, plugin.name, plugin.name);
  if (plugin.hasStore === undefined) {
    // It keeps its clients where only options could tell, on a server, say. Without any there are none of ours.
    if (place.block === undefined) return false;
    throw new DbError("unsupported", "it has options in the config, and no way to look");
  }
  const answer: unknown = await plugin.hasStore(await prepareOptions(plugin, place.block, place));
  return answer !== false;
}

function ambiguous(candidates: readonly Candidate[], objections: readonly string[]): DbError {
  const installed = candidates.map(({ label }) => label).join(", ");
  const lines = [
    `several database backends are installed, and the config does not say which one to use: ${installed}`,
    ...objections,
    `Set "module" in the "database" block of the config, for example: "database": { "module": "${DEFAULT_BACKEND}" }`,
  ];
  return new DbError("invalid", lines.join("\n"));
}
