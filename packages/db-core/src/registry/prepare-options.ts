/** From a block of the config to what a plugin's `open` gets. */
import type { BackendPlugin } from "../backend/contract.ts";
import { DbError } from "../errors.ts";
import { isExactNumber } from "../json.ts";
import { knownOptions } from "./known-options.ts";
import { describeIssue } from "./option-errors.ts";
import { resolveSecrets } from "./option-secrets.ts";
import type { OptionPlace } from "./option-secrets.ts";
import { secrecyOf } from "./secret-names.ts";
import { isPlainObject, kindOf } from "./values.ts";

/**
 * The plugin's options: null is absent, secrets are read from where the config says, the plugin's schema
 * decides and fills in defaults. Frozen. `invalid` with one line for each thing that is wrong.
 */
export async function prepareOptions(
  plugin: BackendPlugin,
  block: unknown,
  place: OptionPlace,
): Promise<unknown> {
  const plain = block === undefined || block === null ? {} : toPlain(block);
  if (!isPlainObject(plain))
    throw invalid(place, [`${place.label}: given ${kindOf(plain)}; it must be an object`]);
  const options = await resolveSecrets(plain, plugin.secretOptions, place);
  const result = await validate(plugin, options);
  if (result.issues === undefined) return deepFreeze(result.value);
  const given = {
    options,
    label: place.label,
    secrets: secretTexts(options, plugin.secretOptions, false),
    secretOptions: plugin.secretOptions,
    known: knownOptions(plugin),
  };
  throw invalid(place, [...new Set(result.issues.flatMap((issue) => describeIssue(issue, given)))]);
}

async function validate(plugin: BackendPlugin, options: unknown) {
  try {
    return await plugin.options["~standard"].validate(options);
  } catch {
    // Its error may quote the options, so it is not passed on.
    throw new DbError(
      "not-a-plugin",
      `the options schema of ${plugin.name} failed; this is a bug in that package`,
      {
        backend: plugin.name,
      },
    );
  }
}

function invalid({ backend }: OptionPlace, lines: readonly string[]): DbError {
  return new DbError("invalid", lines.join("\n"), { backend });
}

/** Without the nulls of objects, which Python writes for "the default", and with plain numbers for exact ones. */
function toPlain(value: unknown): unknown {
  if (isExactNumber(value)) return Number(value.rawJSON);
  if (Array.isArray(value)) return value.map(toPlain);
  if (!isPlainObject(value)) return value;
  const entries = Object.entries(value).filter(([, item]) => item !== null && item !== undefined);
  // Object.fromEntries defines properties, so that a key named "__proto__" stays data.
  return Object.fromEntries(entries.map(([key, item]) => [key, toPlain(item)]));
}

function secretTexts(value: unknown, secretOptions: readonly string[], isSecret: boolean): readonly string[] {
  if (typeof value === "string") return isSecret ? [value] : [];
  if (Array.isArray(value)) return value.flatMap((item) => secretTexts(item, secretOptions, isSecret));
  if (!isPlainObject(value)) return [];
  const names = new Set(secretOptions.flatMap((option) => option.split(".")));
  return Object.entries(value).flatMap(([key, item]) =>
    secretTexts(item, secretOptions, isSecret || names.has(key) || secrecyOf(key) !== "none"),
  );
}

/** Only what is data: a `Buffer` cannot be frozen, and an instance has its own ideas about its state. */
function deepFreeze(value: unknown): unknown {
  if (!Array.isArray(value) && !isPlainObject(value)) return value;
  for (const item of Object.values(value)) deepFreeze(item);
  return Object.freeze(value);
}
