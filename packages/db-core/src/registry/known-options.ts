/**
 * Which options a plugin has, from the JSON schema that most libraries of Standard Schema can make
 * (https://standardschema.dev/json-schema). Only for a better error: without one nothing is suggested.
 */
import type { BackendPlugin } from "../backend/contract.ts";
import { isPlainObject, propertyOf } from "./values.ts";

/** The names that are allowed in the block at this path; empty: nobody knows. */
export type KnownOptions = (path: readonly PropertyKey[]) => readonly string[];

export function knownOptions(plugin: BackendPlugin): KnownOptions {
  return (path) => {
    const properties = propertiesAt(jsonSchemaOf(plugin), path);
    const secrets = properties.filter((name) => plugin.secretOptions.includes([...path, name].join(".")));
    return [...properties, ...secrets.flatMap((name) => [`${name}_file`, `${name}_env`])].toSorted();
  };
}

function propertiesAt(schema: unknown, path: readonly PropertyKey[]): readonly string[] {
  const properties = isPlainObject(schema) ? schema["properties"] : undefined;
  if (!isPlainObject(properties)) return [];
  const [first, ...rest] = path;
  return first === undefined ? Object.keys(properties) : propertiesAt(properties[String(first)], rest);
}

function jsonSchemaOf(plugin: BackendPlugin): unknown {
  const makeInput = propertyOf(propertyOf(plugin.options["~standard"], "jsonSchema"), "input");
  if (typeof makeInput !== "function") return undefined;
  try {
    return makeInput({ target: "draft-2020-12" });
  } catch {
    // The standard's way of saying that this schema, or a part of it, has no such form.
    return undefined;
  }
}
