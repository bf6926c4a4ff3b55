/** An installed package, as far as its package.json tells. */
import { realpath } from "node:fs/promises";
import { join } from "node:path";
import { readSmallText, systemCode, whyUnreadable } from "./small-file.ts";
import { isPlainObject } from "./values.ts";

export interface InstalledPackage {
  /** The name under which it is installed. */
  readonly name: string;
  /** The name that it has in its package.json: another one where it is installed under an alias. */
  readonly ownName: string;
  readonly version: string;
  /** Behind all links: under pnpm's strict layout its own dependencies are found only from there. */
  readonly folder: string;
  /** `"hivemind-db"` in its package.json, which makes it a backend; `undefined` where there is none. */
  readonly declaration: unknown;
  /** Why its package.json says nothing. */
  readonly defect?: string;
}

const MAX_PACKAGE_JSON_BYTES = 1024 * 1024;
const DECLARATION = "hivemind-db";

/** The package of this name in a `node_modules` folder; `undefined` where there is none. */
export async function readPackage(nodeModules: string, name: string): Promise<InstalledPackage | undefined> {
  const folder = await realpath(join(nodeModules, name)).catch(() => undefined);
  if (folder === undefined) return undefined;
  const unknown = { name, ownName: name, version: "?", folder, declaration: undefined };
  let manifest: unknown;
  try {
    manifest = JSON.parse(await readSmallText(join(folder, "package.json"), MAX_PACKAGE_JSON_BYTES));
  } catch (error) {
    // Removed packages leave empty folders behind.
    if (systemCode(error) === "ENOENT" || systemCode(error) === "ENOTDIR") return undefined;
    return { ...unknown, defect: error instanceof SyntaxError ? "it is not JSON" : whyUnreadable(error) };
  }
  if (!isPlainObject(manifest)) return { ...unknown, defect: "it is not a JSON object" };
  return {
    ...unknown,
    ownName: text(manifest["name"]) ?? name,
    version: text(manifest["version"]) ?? "?",
    declaration: Object.hasOwn(manifest, DECLARATION) ? manifest[DECLARATION] : undefined,
  };
}

function text(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}
