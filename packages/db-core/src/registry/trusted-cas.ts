/** `database.trusted_cas`: which authorities a client's certificate must come from. Core's, and no plugin's. */
import { isAbsolute, resolve } from "node:path";
import { TrustedCas } from "../credentials/trusted-cas.ts";
import { DbError, isDbError } from "../errors.ts";
import type { ConfigSource } from "./config-source.ts";
import { readSmallText, whyUnreadable } from "./small-file.ts";
import { kindOf } from "./values.ts";

const LABEL = "database.trusted_cas";
/** The bundle of a whole operating system has 250 KB. */
const MAX_BYTES = 1024 * 1024;

/** The PEM texts, read from the files that the config names; `undefined` where it names none. */
export async function trustedCas({ database, folder }: ConfigSource): Promise<readonly string[] | undefined> {
  const given = database.blocks["trusted_cas"];
  if (given === undefined || given === null) return undefined;
  const paths: readonly unknown[] = Array.isArray(given) ? given : [given];
  return Promise.all(paths.map((path) => bundle(path, folder)));
}

async function bundle(path: unknown, folder: string | undefined): Promise<string> {
  if (typeof path !== "string" || path === "" || path.includes("\0")) {
    throw mistake(`given ${kindOf(path)}; it must be the path of a PEM file, or a list of them`);
  }
  if (folder === undefined && !isAbsolute(path)) {
    throw mistake(`given ${JSON.stringify(path)}; it must be absolute, since the config is no file`);
  }
  const absolute = resolve(folder ?? "/", path);
  try {
    const pem = await readSmallText(absolute, MAX_BYTES);
    // What is wrong with a file is said now, and with its path.
    void new TrustedCas([pem]);
    return pem;
  } catch (error) {
    throw mistake(`${absolute}: ${isDbError(error) ? error.message : whyUnreadable(error)}`, error);
  }
}

function mistake(what: string, cause?: unknown): DbError {
  return new DbError("invalid", `${LABEL}: ${what}`, { cause });
}
