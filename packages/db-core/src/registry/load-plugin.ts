import { pathToFileURL } from "node:url";
import { API_VERSION } from "../backend/contract.ts";
import type { BackendPlugin } from "../backend/contract.ts";
import { isDbError } from "../errors.ts";
import { declaredFile, notAPlugin, wrongApi } from "./declaration.ts";
import type { InstalledPackage } from "./package-folder.ts";
import { isPlugin, pluginDefects } from "./plugin-shape.ts";
import { propertyOf } from "./values.ts";

/**
 * Imports the plugin of an installed package. By the file's own URL: an `import("name")` here would look for it
 * from this package's place, where a strict `node_modules` has no backend.
 */
export async function loadPlugin(found: InstalledPackage): Promise<BackendPlugin> {
  const { href } = pathToFileURL(await declaredFile(found));
  const plugin: unknown = await importDefault(href, found);
  if (!isPlugin(plugin)) {
    const apiVersion = propertyOf(plugin, "apiVersion");
    if (apiVersion !== undefined && apiVersion !== API_VERSION) throw wrongApi(found, apiVersion);
    const missing = pluginDefects(plugin).join("; ");
    throw notAPlugin(found, `what it exports by default is no plugin. Missing or wrong: ${missing}`);
  }
  if (plugin.name !== found.ownName) {
    throw notAPlugin(
      found,
      `its package is named ${found.ownName}, but its plugin ${JSON.stringify(plugin.name)}`,
    );
  }
  return plugin;
}

async function importDefault(url: string, found: InstalledPackage): Promise<unknown> {
  try {
    const module: unknown = await import(/* @vite-ignore */ /* webpackIgnore: true */ url);
    return propertyOf(module, "default");
  } catch (error) {
    // A plugin that knows that it cannot run here says so in our own terms.
    if (isDbError(error)) throw error;
    const reason = error instanceof Error ? error.message : "it threw what is no error";
    throw notAPlugin(found, `it failed to load: ${reason}`, error);
  }
}
