/** Takes the parts out of a config that concern the client database. */
import { DbError } from "../errors.ts";
import { numberOf } from "../json.ts";
import type { JsonObject } from "../json.ts";
import type { DatabaseConfig } from "./config.ts";
import { isPlainObject, kindOf } from "./values.ts";

/** The `database` block; `where` names the config in an error. */
export function databaseConfig(block: unknown, where: string): DatabaseConfig {
  if (block === undefined || block === null) return { blocks: Object.freeze({}) };
  if (!isPlainObject(block)) throw mistake(where, "database", block, "an object");
  const { module, seal, ...others } = block;
  const blocks = Object.freeze(others);
  const rest = seal === undefined || seal === null ? { blocks } : { blocks, seal };
  if (module === undefined || module === null) return rest;
  if (typeof module !== "string")
    throw mistake(where, "database.module", module, "the name of an npm package");
  return { module, ...rest };
}

/** A number from 0 at the top level of the config; `undefined` where it is absent or null. */
export function configNumber(document: JsonObject, key: string, where: string): number | undefined {
  const value = Object.hasOwn(document, key) ? document[key] : undefined;
  if (value === undefined || value === null) return undefined;
  const number = numberOf(value);
  if (number !== undefined && Number.isFinite(number) && number >= 0) return number;
  throw mistake(where, key, value, "a number from 0");
}

function mistake(where: string, option: string, value: unknown, allowed: string): DbError {
  return new DbError("invalid", `${where}: ${option}: given ${kindOf(value)}; it must be ${allowed}`);
}
