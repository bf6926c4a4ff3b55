// @ts-check
import { join } from "node:path";
import { runQuietly } from "./command.mjs";
import { BootstrapFailure } from "./failure.mjs";
import { fetchPackage } from "./fetch.mjs";
import { FETCHED_NODE, isAtLeast, OLDEST_NODE } from "./versions.mjs";

/**
 * The Node that runs everything after the bootstrap: the host's, or a newer one where that is too old.
 *
 * @returns {Promise<{ node: string, version: string }>}
 */
export async function ensureNode() {
  if (isAtLeast(process.version, OLDEST_NODE)) return { node: process.execPath, version: process.version };

  const wanted = `Node ${OLDEST_NODE.join(".")} or newer is needed and this machine has ${process.version}`;
  const platform = process.platform === "win32" ? "win" : process.platform;
  const folder = await fetchPackage(
    `node-${platform}-${process.arch}`,
    FETCHED_NODE,
    wanted,
    async (fetched) => {
      // The package holds a binary for glibc: on Alpine it does not start.
      const { ok, output } = await runQuietly(binary(fetched), ["--version"], {
        cwd: fetched,
        env: process.env,
      });
      if (!ok) {
        throw new BootstrapFailure(
          `${wanted}; the one from npm does not run here. Install a newer Node.\n${output.trim()}`,
        );
      }
    },
  );
  return { node: binary(folder), version: `v${FETCHED_NODE}` };
}

/** @param {string} folder */
function binary(folder) {
  return join(folder, "bin", process.platform === "win32" ? "node.exe" : "node");
}
