import type { Tree } from "./temporary-folder.ts";

export interface PluginPackage {
  readonly version?: string;
  /** Instead of the right `"hivemind-db"` entry; `null`: none. */
  readonly declaration?: unknown;
  /** Instead of the right plugin. */
  readonly source?: string;
  /** Put before the plugin's source. */
  readonly prologue?: string;
}

/** The files of an ESM-only package with a backend that opens, says in `info()` what it was given, and no more. */
export function pluginPackage(
  name: string,
  { version, declaration, source, prologue }: PluginPackage = {},
): Tree {
  const entry = declaration === undefined ? { api: 1, plugin: "./dist/plugin.js" } : declaration;
  return {
    [`${name}/package.json`]: {
      name,
      version: version ?? "1.2.3",
      type: "module",
      // No "main" and no "./package.json": neither require() nor a resolver may be needed to find it.
      exports: { ".": { import: "./dist/plugin.js" } },
      ...(entry === null ? {} : { "hivemind-db": entry }),
    },
    [`${name}/dist/plugin.js`]: `${prologue ?? ""}\n${source ?? pluginSource(name)}`,
  };
}

export function pluginSource(name: string): string {
  return `
const guarantees = { freshWithinMs: 0, survives: "nothing" };
const backend = (location) => ({
  info: () => ({ storeId: undefined, schema: 2, location, guarantees }),
  close: async () => {},
});
export default {
  apiVersion: 1,
  name: ${JSON.stringify(name)},
  capabilities: { encryption: true, multiNode: false, durability: false, backup: false },
  options: { "~standard": { version: 1, vendor: "test", validate: (value) => ({ value }) } },
  secretOptions: ["password"],
  open: async (options) => backend(JSON.stringify(options)),
  hasStore: async (options) => options.hasStore === true,
};`;
}

/** The files of the tree in a subfolder. */
export function inFolder(folder: string, tree: Tree): Tree {
  return Object.fromEntries(Object.entries(tree).map(([path, content]) => [`${folder}/${path}`, content]));
}
