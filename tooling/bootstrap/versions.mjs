// @ts-check

/** Published packages promise this Node, so the workspace runs on it as well. */
export const OLDEST_NODE = [22, 14];

/** Fetched only where the host's Node is older than that. */
export const FETCHED_NODE = "24.21.0";

/** Equal to `packageManager` in the root package.json. */
export const PNPM = "12.21.0";

/** From here on Node runs TypeScript files without a flag. */
const TYPES_STRIPPED_SINCE = [22, 18];
const TYPES_STRIPPED_SINCE_23 = [23, 6];

/**
 * @param {string} version such as "v22.14.0"
 * @param {number[]} oldest [major, minor]
 */
export function isAtLeast(version, [oldestMajor = 0, oldestMinor = 0]) {
  const [major = 0, minor = 0] = version.replace(/^v/, "").split(".").map(Number);
  return major > oldestMajor || (major === oldestMajor && minor >= oldestMinor);
}

/**
 * The flags with which this Node runs our TypeScript tooling. They are passed on the command line, not in
 * NODE_OPTIONS, so that the programs under test do not inherit the silence.
 *
 * @param {string} version
 */
export function typeScriptFlags(version) {
  const major = Number(version.replace(/^v/, "").split(".")[0]);
  const unflagged = isAtLeast(version, major === 23 ? TYPES_STRIPPED_SINCE_23 : TYPES_STRIPPED_SINCE);
  const flags = ["--disable-warning=ExperimentalWarning"];
  return unflagged ? flags : ["--experimental-strip-types", ...flags];
}
