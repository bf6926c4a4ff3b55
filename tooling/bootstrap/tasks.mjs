// @ts-check
import { join } from "node:path";
import { ROOT } from "./paths.mjs";

/** @typedef {{ node: string, flags: string[], pnpm: string }} Tools */

/**
 * The tasks of the root package.json. `installs: false` is for pnpm itself, which is how a lockfile that is out of
 * step is brought up to date.
 *
 * @type {Record<string, { installs: boolean, command: (tools: Tools) => [file: string, ...args: string[]] }>}
 */
export const TASKS = {
  start: typeScript("tooling/tasks/src/start.ts"),
  check: typeScript("tooling/checks/src/check.ts"),
  proof: typeScript("tooling/checks/src/proof.ts"),
  bench: typeScript("tooling/tasks/src/bench.ts"),
  e2e: typeScript("tooling/e2e/src/main.ts"),
  build: typeScript("tooling/tasks/src/build.ts"),
  api: typeScript("tooling/api/src/main.ts"),
  transcript: typeScript("tooling/tasks/src/transcript.ts"),
  fix: typeScript("tooling/tasks/src/fix.ts"),
  "hivemind-db": typeScript("tooling/tasks/src/hivemind-db.ts"),
  changeset: { installs: true, command: ({ pnpm }) => [pnpm, "exec", "changeset"] },
  pnpm: { installs: false, command: ({ pnpm }) => [pnpm] },
};

/**
 * @param {string} path
 * @returns {{ installs: boolean, command: (tools: Tools) => [string, ...string[]] }}
 */
function typeScript(path) {
  return { installs: true, command: ({ node, flags }) => [node, ...flags, join(ROOT, path)] };
}
