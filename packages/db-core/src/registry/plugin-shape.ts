import { API_VERSION } from "../backend/contract.ts";
import type { BackendPlugin } from "../backend/contract.ts";
import { propertyOf } from "./values.ts";

type Check = (plugin: Partial<Record<keyof BackendPlugin, unknown>>) => boolean;

const CAPABILITIES = ["encryption", "multiNode", "durability", "backup"];

/** What a plugin must have, in the order in which an author would add it. */
const REQUIRED: readonly (readonly [string, Check])[] = [
  [`apiVersion (${API_VERSION})`, ({ apiVersion }) => apiVersion === API_VERSION],
  ["name (the npm package)", ({ name }) => typeof name === "string" && name !== ""],
  [`capabilities (${CAPABILITIES.join(", ")}: booleans)`, ({ capabilities }) => hasFlags(capabilities)],
  ["options (a Standard Schema)", ({ options }) => isSchema(options)],
  ["secretOptions (a list of option names)", ({ secretOptions }) => isTextList(secretOptions)],
  ["open (a function)", ({ open }) => typeof open === "function"],
  [
    "hasStore (a function, or absent)",
    ({ hasStore }) => hasStore === undefined || typeof hasStore === "function",
  ],
  [
    "lastSeenIntervalMs (a number from 0, or absent)",
    ({ lastSeenIntervalMs: interval }) =>
      interval === undefined || (typeof interval === "number" && interval >= 0),
  ],
];

/**
 * What is missing or wrong for this value to be a plugin; empty: it is one. By its properties and never by
 * `instanceof`: a plugin is built against its own copy of this package.
 */
export function pluginDefects(value: unknown): readonly string[] {
  if (typeof value !== "object" || value === null) return REQUIRED.map(([what]) => what);
  return REQUIRED.filter(([, isRight]) => !isRight(value)).map(([what]) => what);
}

export function isPlugin(value: unknown): value is BackendPlugin {
  return pluginDefects(value).length === 0;
}

function hasFlags(value: unknown): boolean {
  return CAPABILITIES.every((name) => typeof propertyOf(value, name) === "boolean");
}

function isSchema(value: unknown): boolean {
  const standard = propertyOf(value, "~standard");
  return propertyOf(standard, "version") === 1 && typeof propertyOf(standard, "validate") === "function";
}

function isTextList(value: unknown): boolean {
  return Array.isArray(value) && value.every((item) => typeof item === "string");
}
