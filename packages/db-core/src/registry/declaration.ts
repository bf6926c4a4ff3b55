/** The entry in a package.json that makes the package a backend: `"hivemind-db": { "api": 1, "plugin": "./x.js" }`. */
import { realpath } from "node:fs/promises";
import { isAbsolute, join, relative, sep } from "node:path";
import { API_VERSION } from "../backend/contract.ts";
import { DbError } from "../errors.ts";
import type { InstalledPackage } from "./package-folder.ts";
import { isPlainObject } from "./values.ts";

/** The file to import, behind all links. `not-a-plugin` where the package is no backend for this release. */
export async function declaredFile(found: InstalledPackage): Promise<string> {
  const { declaration, defect } = found;
  if (defect !== undefined)
    throw notAPlugin(found, `its package.json cannot be used: ${defect}. Install it again`);
  if (declaration === undefined) {
    throw notAPlugin(
      found,
      `it is no HiveMind database backend: its package.json has no "hivemind-db" entry`,
    );
  }
  if (!isPlainObject(declaration))
    throw notAPlugin(found, `"hivemind-db" in its package.json is not an object`);
  const { api, plugin } = declaration;
  if (api !== API_VERSION) throw wrongApi(found, api);
  if (typeof plugin !== "string" || !plugin.startsWith("./")) {
    throw notAPlugin(
      found,
      `"hivemind-db".plugin in its package.json is not the path of a file in it ("./...")`,
    );
  }
  // The real path decides: neither ".." nor a link may lead to a file that is not the package's own.
  const file = await realpath(join(found.folder, plugin)).catch((error: unknown) => {
    throw notAPlugin(found, `its file ${plugin} is not there. Install it again, or build it`, error);
  });
  const way = relative(found.folder, file);
  if (way === ".." || way.startsWith(`..${sep}`) || isAbsolute(way)) {
    throw notAPlugin(found, `"hivemind-db".plugin in its package.json leads out of the package`);
  }
  return file;
}

export function notAPlugin(found: InstalledPackage, why: string, cause?: unknown): DbError {
  const what = `${found.name} ${found.version} cannot be used as a backend: ${why} (in ${found.folder})`;
  return new DbError("not-a-plugin", what, { backend: found.name, cause });
}

export function wrongApi(found: InstalledPackage, api: unknown): DbError {
  const theirs = typeof api === "number" || typeof api === "string" ? String(api).slice(0, 20) : "no number";
  const older = typeof api === "number" && api < API_VERSION;
  return notAPlugin(
    found,
    `it is made for version ${theirs} of the plugin API, and this @hivemind/db-core has version ${API_VERSION}. ` +
      `Update ${older ? found.name : "@hivemind/db-core"}`,
  );
}
