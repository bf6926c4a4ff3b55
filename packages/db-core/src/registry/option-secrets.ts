/** Secrets that are not in the config itself: `<name>_file` and `<name>_env` beside every secret option. */
import { isAbsolute, resolve } from "node:path";
import { DbError } from "../errors.ts";
import { isVariableName } from "./secret-names.ts";
import { readSmallText, whyUnreadable } from "./small-file.ts";
import { isPlainObject } from "./values.ts";

type Block = { readonly [option: string]: unknown };

export interface OptionPlace {
  /** npm package of the backend; `undefined` for what is core's own. */
  readonly backend: string | undefined;
  /** The block as an error names it: `database."@hivemind/db-json"`. */
  readonly label: string;
  /** Of the config file: where relative paths start; `undefined` where the config is no file. */
  readonly folder: string | undefined;
}

const MAX_SECRET_BYTES = 64 * 1024;

/** The block with each of these secrets in its own place. A dot in a name leads into an inner block. */
export async function resolveSecrets(
  block: Block,
  names: readonly string[],
  place: OptionPlace,
): Promise<Block> {
  let resolved = block;
  for (const name of names) resolved = await resolveSecret(resolved, name, place);
  return resolved;
}

async function resolveSecret(block: Block, name: string, place: OptionPlace): Promise<Block> {
  const [outer = "", ...inner] = name.split(".");
  if (inner.length > 0) {
    const value = block[outer];
    if (!isPlainObject(value)) return block;
    const label = `${place.label}.${outer}`;
    return { ...block, [outer]: await resolveSecret(value, inner.join("."), { ...place, label }) };
  }
  const sources = [name, `${name}_file`, `${name}File`, `${name}_env`, `${name}Env`];
  const given = sources.filter((source) => Object.hasOwn(block, source));
  const [source] = given;
  if (source === undefined || (given.length === 1 && source === name)) return block;
  if (given.length > 1) throw mistake(place, given.join(" and "), "give only one of them");
  const rest = Object.fromEntries(Object.entries(block).filter(([key]) => key !== source));
  const read = /file$/i.test(source) ? fromFile : fromVariable;
  return { ...rest, [name]: await read(block[source], source, place) };
}

async function fromFile(path: unknown, option: string, place: OptionPlace): Promise<string> {
  if (typeof path !== "string" || path === "" || path.includes("\0")) {
    throw mistake(place, option, "it must be the path of a file");
  }
  if (place.folder === undefined && !isAbsolute(path)) {
    throw mistake(
      place,
      option,
      `given ${JSON.stringify(path)}; it must be absolute, since the config is no file`,
    );
  }
  const absolute = resolve(place.folder ?? "/", path);
  let text: string;
  try {
    text = await readSmallText(absolute, MAX_SECRET_BYTES);
  } catch (error) {
    throw mistake(place, option, `cannot read ${absolute}: ${whyUnreadable(error)}`, error);
  }
  // An editor ends a file with a line break, which nobody means as a part of the password.
  const secret = text.replace(/\r?\n$/, "");
  // Nobody points to a secret in order to have none: going on would leave a store unprotected.
  if (secret === "") throw mistake(place, option, `${absolute} is empty`);
  return secret;
}

async function fromVariable(variable: unknown, option: string, place: OptionPlace): Promise<string> {
  // What is no name may be the secret itself, put here by mistake: it is not shown.
  if (typeof variable !== "string" || !isVariableName(variable)) {
    throw mistake(place, option, "it must be the name of an environment variable");
  }
  const secret = process.env[variable];
  if (secret === undefined) throw mistake(place, option, `the environment variable ${variable} is not set`);
  if (secret === "") throw mistake(place, option, `the environment variable ${variable} is empty`);
  return secret;
}

function mistake({ backend, label }: OptionPlace, option: string, what: string, cause?: unknown): DbError {
  return new DbError("invalid", `${label}.${option}: ${what}`, { backend, cause });
}
