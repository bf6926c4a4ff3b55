// @ts-check
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { explain, runQuietly } from "./command.mjs";
import { BootstrapFailure } from "./failure.mjs";
import { ROOT } from "./paths.mjs";

/** Names what node_modules was made from. Inside node_modules, so that removing that folder removes it too. */
const STAMP = join(ROOT, "node_modules", ".installed-from");

/** @param {string} nodeVersion */
export function isInstalled(nodeVersion) {
  if (!existsSync(STAMP)) return false;
  if (readFileSync(STAMP, "utf8") !== fingerprint(nodeVersion)) return false;
  return workspaceFolders().every(
    ({ folder, linked }) => !linked || existsSync(join(folder, "node_modules")),
  );
}

/**
 * @param {string} pnpm
 * @param {string} nodeVersion
 * @param {NodeJS.ProcessEnv} env
 */
export async function install(pnpm, nodeVersion, env) {
  process.stderr.write("bootstrap: installing the workspace's packages, as pnpm-lock.yaml lists them\n");
  const made = fingerprint(nodeVersion);
  const { ok, output } = await runQuietly(pnpm, ["install", "--frozen-lockfile"], { cwd: ROOT, env });
  if (!ok) {
    const hint = output.includes("OUTDATED_LOCKFILE")
      ? "A package.json has changed and pnpm-lock.yaml has not: run `npm run pnpm -- install`.\n"
      : "";
    throw new BootstrapFailure(`${hint}${explain("install the workspace's packages", output)}`);
  }
  writeFileSync(STAMP, made);
}

/** @param {string} nodeVersion */
function fingerprint(nodeVersion) {
  const hash = createHash("sha256").update(nodeVersion);
  for (const name of ["package.json", "pnpm-lock.yaml", "pnpm-workspace.yaml"])
    hashFile(hash, join(ROOT, name));
  for (const { folder } of workspaceFolders()) hashFile(hash, join(folder, "package.json"));
  return hash.digest("hex");
}

/**
 * @param {import("node:crypto").Hash} hash
 * @param {string} path
 */
function hashFile(hash, path) {
  hash
    .update(path.slice(ROOT.length))
    .update("\0")
    .update(existsSync(path) ? readFileSync(path) : "");
}

/** The folders that pnpm-workspace.yaml names; `linked` where a node_modules folder belongs into them. */
function workspaceFolders() {
  return ["packages", "tooling"]
    .map((parent) => join(ROOT, parent))
    .filter((parent) => existsSync(parent))
    .flatMap((parent) =>
      readdirSync(parent)
        .toSorted()
        .map((name) => join(parent, name)),
    )
    .filter((folder) => existsSync(join(folder, "package.json")))
    .map((folder) => {
      const manifest = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
      const linked = Object.keys({ ...manifest.dependencies, ...manifest.devDependencies }).length > 0;
      return { folder, linked };
    });
}
