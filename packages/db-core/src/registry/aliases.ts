import { nearestName } from "./nearest-name.ts";

/** The backends that have two names: Python hubs write theirs into `server.json`, and it means our package. */
const PACKAGES: ReadonlyMap<string, string> = new Map([
  ["hivemind-json-db-plugin", "@hivemind/db-json"],
  ["hivemind-sqlite-db-plugin", "@hivemind/db-sqlite"],
  ["hivemind-redis-db-plugin", "@hivemind/db-redis"],
]);

/** For a word such as `redis`, and for a misspelt name, the one that was probably meant: others have those on npm. */
export function meantName(given: string): string | undefined {
  const short = [...PACKAGES].find(([, name]) => name === `@hivemind/db-${given}`);
  const near = short?.[0] ?? nearestName(given, [...PACKAGES].flat());
  return near === given ? undefined : near;
}

/** The documented default where no backend is configured. */
export const DEFAULT_BACKEND = "@hivemind/db-json";

/** The npm package that a `database.module` means. */
export function packageOf(module: string): string {
  return PACKAGES.get(module) ?? module;
}

/** All names of the backend: the given one first, then those under which its options may be found as well. */
export function namesOf(module: string): readonly string[] {
  const name = packageOf(module);
  const aliases = [...PACKAGES].filter(([, known]) => known === name).map(([alias]) => alias);
  return [...new Set([module, name, ...aliases])];
}

const PART = "[a-z0-9~-][a-z0-9._~-]*";
const PACKAGE_NAME = new RegExp(`^(?:@${PART}/)?${PART}$`);
const MAX_NAME_LENGTH = 214;

/** By npm's rules for new packages, and so never a path, a URL or a part of Node. */
export function isPackageName(name: string): boolean {
  return name.length <= MAX_NAME_LENGTH && PACKAGE_NAME.test(name) && name !== "node_modules";
}
