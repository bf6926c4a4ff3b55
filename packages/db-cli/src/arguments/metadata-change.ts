/** What `set-metadata` is told to do with a client's metadata. */
import { stringifyJson } from "@hivemind/db-core";
import type { Json, JsonObject } from "@hivemind/db-core";
import { UsageError } from "../usage-error.ts";
import { jsonOrText } from "./json-or-text.ts";
import { parseMetadata } from "./metadata.ts";

export interface MetadataOptions {
  readonly metadata?: string;
  readonly replace?: true;
  readonly key?: string;
  readonly value?: string;
  readonly unset?: readonly string[];
}

/** The metadata after it, in which what is not named stays as it is; `undefined` where that changes nothing. */
export function metadataChange(options: MetadataOptions): (now: JsonObject) => JsonObject | undefined {
  const { metadata, replace, key, value, unset = [] } = options;
  if ((key === undefined) !== (value === undefined))
    throw new UsageError("--key and --value belong together");
  if (replace === true && metadata === undefined) throw new UsageError("--replace belongs to --metadata");
  if (metadata === undefined && key === undefined && unset.length === 0) {
    throw new UsageError("what is to be set? Give --metadata, or --key and --value, or --unset");
  }
  const given = metadata === undefined ? {} : parseMetadata(metadata);
  return (now) => {
    // A Map: a key named "__proto__" is a key like any other.
    const next = new Map<string, Json>([
      ...(replace === true ? [] : Object.entries(now)),
      ...Object.entries(given),
    ]);
    if (key !== undefined && value !== undefined) next.set(key, jsonOrText(value));
    for (const name of unset) next.delete(name);
    const after = Object.fromEntries(next);
    return stringifyJson(after) === stringifyJson(now) ? undefined : after;
  };
}
