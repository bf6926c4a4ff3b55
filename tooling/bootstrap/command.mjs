// @ts-check
import { spawn } from "node:child_process";
import { extendLockTo } from "./lock.mjs";

/**
 * Runs a command to its end, under the lock, its output kept: stdout belongs to the task that comes after.
 *
 * @param {string} file
 * @param {string[]} args
 * @param {{ cwd: string, env: NodeJS.ProcessEnv, shell?: boolean }} options
 * @returns {Promise<{ ok: boolean, output: string }>}
 */
export function runQuietly(file, args, options) {
  return new Promise((resolve) => {
    const child = spawn(file, args, { ...options, stdio: ["ignore", "pipe", "pipe"] });
    extendLockTo(child.pid);
    let output = "";
    child.stdout.on("data", (chunk) => (output += chunk));
    child.stderr.on("data", (chunk) => (output += chunk));
    child.on("error", (error) => resolve({ ok: false, output: `${output}${error.message}\n` }));
    child.on("close", (code) => resolve({ ok: code === 0, output }));
  });
}

const OFFLINE =
  /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ENETUNREACH|ETIMEDOUT|ERR_SOCKET_TIMEOUT|network error|dns error|error sending request/i;

/**
 * @param {string} what
 * @param {string} output
 */
export function explain(what, output) {
  const offline = OFFLINE.test(output)
    ? "The package registry cannot be reached. The first run in a fresh checkout needs it; later runs do not.\n"
    : "";
  return `cannot ${what}\n${offline}${output.trim()}`;
}
