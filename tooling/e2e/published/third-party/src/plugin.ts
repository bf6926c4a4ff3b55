import { isAbsolute } from "node:path";
import { API_VERSION } from "@hivemind/db-core/backend";
import type { BackendPlugin, OptionsResult } from "@hivemind/db-core/backend";
import { openBackend } from "./backend.js";

export interface NodeSqliteOptions {
  /** Absolute path of the file. */
  readonly path: string;
}

const NAME = "hivemind-db-node-sqlite";

const plugin: BackendPlugin<NodeSqliteOptions> = {
  apiVersion: API_VERSION,
  name: NAME,
  capabilities: { encryption: false, multiNode: false, durability: true, backup: true },
  options: { "~standard": { version: 1, vendor: NAME, validate } },
  secretOptions: [],
  open: async ({ path }, host) => openBackend(path, host),
};

function validate(value: unknown): OptionsResult<NodeSqliteOptions> {
  const { path, ...others } = Object(value) as { readonly [name: string]: unknown };
  const [unknown] = Object.keys(others);
  if (unknown !== undefined) return { issues: [{ message: "there is no such option", path: [unknown] }] };
  if (typeof path === "string" && isAbsolute(path)) return { value: { path } };
  return { issues: [{ message: "must be an absolute path", path: ["path"] }] };
}

export default plugin;
