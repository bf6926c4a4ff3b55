// @ts-check
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { explain, runQuietly } from "./command.mjs";
import { BootstrapFailure } from "./failure.mjs";
import { TOOLCHAIN } from "./paths.mjs";

/**
 * Fetches one npm package into `.toolchain/<name>-<version>` and returns its folder. The folder gets its name only
 * when it is complete, so its existence is all that later runs must check.
 *
 * @param {string} name
 * @param {string} version
 * @param {string} reason said in one line on stderr
 * @param {(packageFolder: string) => Promise<void>} [finish] what the package still needs once it is unpacked
 */
export async function fetchPackage(name, version, reason, finish) {
  const folder = join(TOOLCHAIN, `${name}-${version}`);
  const packageFolder = join(folder, "node_modules", name);
  if (existsSync(folder)) return packageFolder;

  process.stderr.write(`bootstrap: fetching ${name} ${version} into .toolchain: ${reason}\n`);
  const unfinished = `${folder}.unfinished`;
  rmSync(unfinished, { recursive: true, force: true });
  mkdirSync(unfinished, { recursive: true });
  // Without a manifest of its own, npm would look for one in the folders above.
  writeFileSync(join(unfinished, "package.json"), '{ "private": true }\n');
  // Some machines block install scripts and some do not. Here they never run: `finish` does what is needed.
  const quiet = ["--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"];
  // Without a network, say so within seconds instead of minutes.
  const patience = ["--fetch-retry-mintimeout=500", "--fetch-retry-maxtimeout=2000"];
  const args = ["install", ...quiet, ...patience, "--prefix", unfinished];
  const { ok, output } = await runNpm([...args, `${name}@${version}`], unfinished);
  if (!ok) throw new BootstrapFailure(explain(`fetch ${name} ${version}`, output));
  await finish?.(join(unfinished, "node_modules", name));
  renameSync(unfinished, folder);
  return packageFolder;
}

/**
 * @param {string[]} args
 * @param {string} cwd
 */
function runNpm(args, cwd) {
  const script = process.env["npm_execpath"];
  if (script !== undefined && basename(script) === "npm-cli.js") {
    return runQuietly(process.execPath, [script, ...args], { cwd, env: process.env });
  }
  // On Windows npm is a .cmd file, which only a shell runs.
  return runQuietly("npm", args, { cwd, env: process.env, shell: process.platform === "win32" });
}
