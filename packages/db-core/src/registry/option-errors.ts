/** What is wrong with a plugin's options, one line each: which option, what was given, what is allowed. */
import type { OptionsIssue } from "../backend/options.ts";
import { maskText, withoutSecrets } from "./mask-text.ts";
import { nearestName } from "./nearest-name.ts";
import type { KnownOptions } from "./known-options.ts";
import { secrecyOf } from "./secret-names.ts";
import { isPlainObject, kindOf, propertyOf } from "./values.ts";

export interface GivenOptions {
  /** As the plugin got them. */
  readonly options: unknown;
  /** How an error names the block: `database."@hivemind/db-json"`. */
  readonly label: string;
  /** The texts that must not be shown. */
  readonly secrets: readonly string[];
  readonly secretOptions: readonly string[];
  readonly known: KnownOptions;
}

type Path = readonly PropertyKey[];

const MAX_SHOWN = 80;

export function describeIssue(issue: OptionsIssue, given: GivenOptions): readonly string[] {
  const path = (issue.path ?? []).map((step) => (typeof step === "object" ? step.key : step));
  const unknown = unknownKeys(issue);
  if (unknown.length > 0) return unknown.map((key) => describeUnknown([...path, key], given));
  const message = withoutSecrets(maskText(issue.message), given.secrets);
  const shown = path.length === 0 ? "" : `given ${showGiven(path, given)}; `;
  return [`${placeOf(path, given)}: ${shown}${message}`];
}

/** zod lists the keys that a strict object does not know; the standard has no place for them. */
function unknownKeys(issue: OptionsIssue): readonly string[] {
  const keys = propertyOf(issue, "keys");
  return Array.isArray(keys) ? keys.filter((key) => typeof key === "string") : [];
}

/** The value is not shown: a misspelt `pasword` holds a password all the same. */
function describeUnknown(path: Path, given: GivenOptions): string {
  const known = given.known(path.slice(0, -1));
  const meant = nearestName(String(path.at(-1)), known);
  const question = meant === undefined ? "" : ` Did you mean ${meant}?`;
  const allowed = known.length === 0 ? "" : ` Options: ${known.join(", ")}`;
  return `${placeOf(path, given)}: there is no such option.${question}${allowed}`;
}

function placeOf(path: Path, { label }: GivenOptions): string {
  return label + path.map(showStep).join("");
}

function showStep(step: PropertyKey): string {
  if (typeof step === "number") return `[${step}]`;
  const name = String(step);
  return /^[\w-]{1,64}$/.test(name) ? `.${name}` : `[${JSON.stringify(shorten(name))}]`;
}

function showGiven(path: Path, given: GivenOptions): string {
  const value = valueAt(given.options, path);
  if (value === undefined || typeof value === "boolean")
    return value === undefined ? "nothing" : String(value);
  if (isSecretPlace(path, given)) return "a secret (hidden)";
  if (typeof value === "number") return String(value);
  if (typeof value !== "string") return kindOf(value);
  return JSON.stringify(shorten(withoutSecrets(maskText(value), given.secrets)));
}

/** A name close to a secret's is one, misspelt. */
function isSecretPlace(path: Path, { secretOptions }: GivenOptions): boolean {
  const inner = new Set(secretOptions.flatMap((option) => option.split(".")));
  return path.some((step) => {
    const name = String(step);
    return secrecyOf(name) !== "none" || inner.has(name) || nearestName(name, secretOptions) !== undefined;
  });
}

function valueAt(options: unknown, path: Path): unknown {
  let value = options;
  for (const step of path) {
    if (Array.isArray(value)) value = value[Number(step)];
    else value = isPlainObject(value) && Object.hasOwn(value, step) ? value[String(step)] : undefined;
  }
  return value;
}

function shorten(text: string): string {
  return text.length <= MAX_SHOWN ? text : `${text.slice(0, MAX_SHOWN)}...`;
}
